#Requires -Version 5.1
# Made by Crosswalk 0.1.0 from the input with SHA-256 3e14fbd68c9a4ed892bb0c61caffe6b3aaa99fa843977bf69b44e3af15b81d13

<#
.SYNOPSIS
    Adds exclusions to Microsoft Defender Antivirus and sets settings of it, checks what is in force, and takes it back.
.DESCRIPTION
    Lists are only ever added to (Add-MpPreference): what is already there stays. A setting is set only where it differs.
    What was really new is recorded with what stood there before, and -Mode Undo takes that back and nothing else. Asks nothing, so it can run from an RMM tool as SYSTEM. Run it elevated, in
    64-bit PowerShell, with -File (with -Command, PowerShell turns every exit code but 0 into 1):
        powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File .\Set-DefenderExclusions.ps1 -WhatIf
    Exit codes
      0  Apply, Verify: Defender has every entry and setting. Undo: nothing of what was added is left. -WhatIf: the preview is complete
      1  a wrong parameter (PowerShell itself ends so), or something unexpected
      2  not elevated
      3  Defender's cmdlets cannot be used here, or Defender does not show its exclusions
      4  Defender is not the active antivirus (Apply: nothing was changed)
      5  Tamper Protection or a policy seems to keep the change out
      6  some entries or settings could not be brought in, or not taken back
      7  Verify: entries are missing, or settings differ
      8  the folder of the record is not safe, or the record is unreadable, or there is none to undo
    Keep this file as it is: the record of what was added fits these lists and no others.
.PARAMETER Mode
    Apply (default) brings in what is missing, then verifies. Verify only compares. Undo takes back what Apply did on this computer.
.PARAMETER LogPath
    Log file; default: Crosswalk\DefenderExclusions.log under ProgramData, in a folder that only administrators can read. If you
    name another one, name a place that ordinary users cannot write to: SYSTEM will write there.
.PARAMETER Force
    Go on although Defender is not the active antivirus or a policy ignores local lists; those then count as warnings.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low', PositionalBinding = $false)]
param(
    [ValidateSet('Apply', 'Verify', 'Undo')]
    [string] $Mode = 'Apply',

    [string] $LogPath = '',

    [switch] $Force
)

# ---- Data. Text from the export stands only between single quotes, one entry a line. ----

[string[]] $ExclusionPath = @(
    'C:\Ledger\'
)

[string[]] $ExclusionExtension = @(
)

[string[]] $ExclusionProcess = @(
)

[string[]] $ExclusionIpAddress = @(
)

[string[]] $AttackSurfaceReductionOnlyExclusions = @(
)

[string[]] $ControlledFolderAccessAllowedApplications = @(
)

# Settings by the names of Set-MpPreference, as numbers: 1 and 0 for $true and $false, minutes after midnight for a time of day.
$Setting = [ordered] @{
}

# ---- Settings ----

# First, because in constrained language mode (App Control, AppLocker) the rest could not even check where it runs.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    Write-Warning 'PowerShell is restricted here (constrained language mode): sign this script or allow it. Nothing was changed. Exit code 3.'
    exit 3
}
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'      # Does not reach into the Defender module: its cmdlets get -ErrorAction Stop, each time.
$WarningPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
if (-not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }

$Caller = $PSCmdlet
$Wanted = [ordered] @{
    ExclusionPath = $ExclusionPath
    ExclusionExtension = $ExclusionExtension
    ExclusionProcess = $ExclusionProcess
    ExclusionIpAddress = $ExclusionIpAddress
    AttackSurfaceReductionOnlyExclusions = $AttackSurfaceReductionOnlyExclusions
    ControlledFolderAccessAllowedApplications = $ControlledFolderAccessAllowedApplications
}
[string[]] $ListNames = @($Wanted.Keys)
[string[]] $SettingNames = @($Setting.Keys)
$BatchSize = 100                     # One call is a round trip to the service: 5000 single calls would take minutes.
$ShownAtMost = 50                    # RMM consoles cut long output; the log file has every line.
$Administrators = 'S-1-5-32-544'
$LocalSystem = 'S-1-5-18'
# From the system, not from $env:ProgramData, which a user can redefine.
$Folder = [System.IO.Path]::Combine([System.Environment]::GetFolderPath('CommonApplicationData'), 'Crosswalk')
$LogFile = [System.IO.Path]::Combine($Folder, 'DefenderExclusions.log')
if ($LogPath) { $LogFile = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($LogPath) }
# Not SHA256.Create(): under the FIPS policy Windows PowerShell gets a class that refuses to work.
$text = @(foreach ($name in $ListNames) { $Wanted[$name] -join "`n" }) + @(foreach ($name in $SettingNames) { '{0}={1}' -f $name, $Setting[$name] })
$text = [System.Text.Encoding]::UTF8.GetBytes($text -join "`0")
$ListId = [System.BitConverter]::ToString([System.Security.Cryptography.SHA256CryptoServiceProvider]::new().ComputeHash($text), 0, 8).Replace('-', '')
$RecordPath = [System.IO.Path]::Combine($Folder, 'DefenderExclusions-' + $ListId + '.json')
# A table, not a $script: variable, so that it also works when a tool runs this text as a script block.
$Run = @{ Log = $false; Tamper = $false; LocalIgnored = $false }

# ---- Reporting. A function whose result somebody uses never calls Write-Log without -Warning. ----

function Write-Log([string] $Text, [switch] $Warning, [switch] $FileOnly) {
    # The invariant culture: a Thai or Arabic system would write the year of another calendar.
    $line = '{0} {1}' -f (Get-Date).ToString('yyyy-MM-ddTHH:mm:sszzz', [System.Globalization.CultureInfo]::InvariantCulture), ($Text -replace '[\r\n]+', ' ')
    if ($Run['Log']) {
        try { [System.IO.File]::AppendAllText($LogFile, $line + "`r`n", [System.Text.Encoding]::UTF8) }
        catch {
            $Run['Log'] = $false
            Write-Warning ('The log file cannot be written, going on without it: {0}' -f $_.Exception.Message)
        }
    }
    if ($FileOnly -and $Run['Log']) { return }
    if ($Warning) { Write-Warning $line } else { Write-Output $line }
}

function Write-EntryList([string] $Heading, $Entries) {
    $count = 0
    foreach ($entry in $Entries) {
        $count++
        Write-Log ('{0}: {1} {2}' -f $Heading, $entry.List, $entry.Value) -Warning -FileOnly:($count -gt $ShownAtMost)
    }
    if ($count -gt $ShownAtMost -and $Run['Log']) { Write-Log ('{0}: {1} entries in all, see {2}' -f $Heading, $count, $LogFile) -Warning }
}

function Complete-Run([int] $Code, [string] $Text) {
    Write-Log ('{0} Exit code {1}.' -f $Text, $Code) -Warning:($Code -ne 0)
    exit $Code
}

# ---- What is there ----

function Get-Property($Object, [string] $Name) {
    # Older Defender platforms lack some properties, and strict mode would throw.
    if ($null -eq $Object) { return }
    $property = $Object.PSObject.Properties[$Name]
    if ($null -ne $property) { $property.Value }
}

function Get-Key([string] $List, [string] $Value) {
    # 'log' and '.log' are the same extension to Defender. Paths are taken as they are spelt.
    if ($List -eq 'ExclusionExtension' -and $Value.StartsWith('.', [System.StringComparison]::Ordinal)) { return $Value.Substring(1) }
    $Value
}

function ConvertTo-Plain($Value) {
    # One spelling, whether Defender shows a Boolean, a number, or a time of day; nothing when it shows nothing.
    if ($null -eq $Value) { return }
    if ($Value -is [bool]) { return [string] [int] $Value }
    if ($Value -is [datetime]) { $Value = $Value.TimeOfDay }
    if ($Value -is [timespan]) { return [string] [int] [System.Math]::Floor($Value.TotalMinutes) }
    if ($Value -is [enum]) { return [string] [int] $Value }
    [string] $Value
}

function Get-KeySet([string] $List, $Values) {
    # Ordinal: -eq, -contains and @{} compare by culture, which skips invisible characters and knows two Turkish i.
    # A set, not a table: an entry called Count or Keys would shadow the members of a table.
    $set = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
    foreach ($value in $Values) { $null = $set.Add((Get-Key $List $value)) }
    , $set                           # The comma keeps PowerShell from unrolling the set.
}

function Get-Current {
    # What Defender has now, local and from policy together. A list that cannot be seen is not an empty list.
    try {
        $preference = Get-MpPreference -ErrorAction Stop
        $current = @{}
        foreach ($name in $ListNames) {
            $values = [System.Collections.Generic.List[string]]::new()
            foreach ($value in (Get-Property $preference $name)) {
                if (([string] $value).StartsWith('N/A:', [System.StringComparison]::OrdinalIgnoreCase)) { throw ('Defender answers "{0}"' -f $value) }
                $values.Add([string] $value)
            }
            $current[$name] = $values
        }
        foreach ($name in $SettingNames) { $current[$name] = ConvertTo-Plain (Get-Property $preference $name) }
    } catch {
        Complete-Run 3 ('The exclusions in force cannot be read, so there is no telling what is in force: {0}. HideExclusionsFromLocalAdmins hides them, too.' -f $_.Exception.Message)
    }
    $current
}

function Get-Missing([hashtable] $Current) {
    foreach ($name in $ListNames) {
        $have = Get-KeySet $name $Current[$name]
        foreach ($value in $Wanted[$name]) {
            if ($have.Add((Get-Key $name $value))) { [pscustomobject] @{ List = $name; Value = $value } }
        }
    }
    foreach ($name in $SettingNames) {
        if ($Current[$name] -cne [string] $Setting[$name]) { [pscustomobject] @{ List = $name; Value = [string] $Setting[$name] } }
    }
}

function Get-Listed([hashtable] $Current, [hashtable] $Keys) {
    foreach ($name in $ListNames) {
        foreach ($value in $Current[$name]) {
            if ($Keys[$name].Contains((Get-Key $name $value))) { [pscustomobject] @{ List = $name; Value = $value } }
        }
    }
}

function Get-Obstacle($Status) {
    if ($null -eq $Status) { return 'Defender does not tell its state: its service may be stopped, as it is while another antivirus is active' }
    $running = Get-Property $Status 'AMRunningMode'
    if ($null -ne $running -and $running -ne 'Normal') { 'Defender is not the active antivirus: its running mode is "{0}"' -f $running }
    foreach ($name in 'AMServiceEnabled', 'AntivirusEnabled', 'RealTimeProtectionEnabled') {
        if ((Get-Property $Status $name) -eq $false) { 'Defender is not fully active: {0} is False' -f $name }
    }
    try {
        # Absent on Windows Server: the error says nothing then.
        foreach ($product in @(Get-CimInstance -Namespace 'root/SecurityCenter2' -ClassName 'AntiVirusProduct' -OperationTimeoutSec 30 -ErrorAction Stop)) {
            $title = [string] (Get-Property $product 'displayName')
            if ($title -match 'Kaspersky') { 'Windows Security still lists "{0}": remove it and restart; if it is gone, this is a left-over entry and -Force goes past it' -f $title }
        }
    } catch { Write-Verbose ('No Security Center here: {0}' -f $_.Exception.Message) }
}

# ---- The record of what was done: positions in the lists above, so it tells an outsider nothing, and settings as they were. ----

function Initialize-Folder {
    # Everybody may create folders in ProgramData. Ours is born private, in one step; one that somebody else made, or
    # may write to, or that leads elsewhere, is not used: SYSTEM would write its log where an attacker points.
    try {
        if (-not [System.IO.Directory]::Exists($Folder)) {
            if ($WhatIfPreference) { return }
            $security = [System.Security.AccessControl.DirectorySecurity]::new()
            $security.SetSecurityDescriptorSddlForm('O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')
            if ($PSVersionTable.PSEdition -eq 'Core') { $null = [System.IO.FileSystemAclExtensions]::CreateDirectory($security, $Folder) }
            else { $null = [System.IO.Directory]::CreateDirectory($Folder, $security) }
        }
        if ([System.IO.File]::GetAttributes($Folder).HasFlag([System.IO.FileAttributes]::ReparsePoint)) { throw 'it is a link' }
        $acl = [System.Security.AccessControl.DirectorySecurity]::new($Folder, [System.Security.AccessControl.AccessControlSections] 'Owner, Access')
        $owner = $acl.GetOwner([System.Security.Principal.SecurityIdentifier]).Value
        if ($owner -ne $Administrators -and $owner -ne $LocalSystem) { throw 'it belongs to {0}' -f $owner }
        foreach ($rule in $acl.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier])) {
            $who = $rule.IdentityReference.Value
            if ($rule.AccessControlType -eq 'Allow' -and $who -ne $Administrators -and $who -ne $LocalSystem) { throw '{0} has access to it' -f $who }
        }
    } catch {
        Complete-Run 8 ('The folder {0} cannot be trusted: {1}. Nothing was changed. Look at what is in it, then delete it: the next run makes it anew.' -f $Folder, $_.Exception.Message)
    }
}

function Save-Record([hashtable] $Ours) {
    $positions = @{}
    foreach ($name in $ListNames) {
        $values = $Wanted[$name]
        $positions[$name] = [int[]] @(for ($i = 0; $i -lt $values.Count; $i++) { if ($Ours[$name].Contains((Get-Key $name $values[$i]))) { $i } })
    }
    # Beside it first, then moved over: a run that is cut off leaves a whole record, the old one or the new one.
    $json = ConvertTo-Json -InputObject @{ Format = 1; ListId = $ListId; Added = $positions; Before = $Ours['Before'] } -Depth 4 -Compress
    [System.IO.File]::WriteAllText($RecordPath + '.new', $json)
    Move-Item -LiteralPath ($RecordPath + '.new') -Destination $RecordPath -Force -Confirm:$false
}

function Read-Record {
    # For each list the keys of what earlier runs added, and the settings before them; nothing when there is no record.
    if (-not [System.IO.File]::Exists($RecordPath)) { return }
    try {
        $record = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($RecordPath))
        if ($record.Format -ne 1 -or $record.ListId -ne $ListId) { throw 'it is about other lists' }
        $ours = @{}
        foreach ($name in $ListNames) {
            $ours[$name] = Get-KeySet $name @()
            foreach ($position in $record.Added.$name) {
                $index = [int] $position
                if ($index -lt 0 -or $index -ge $Wanted[$name].Count) { throw 'it names an entry that is not in the lists' }
                $value = $Wanted[$name][$index]
                $null = $ours[$name].Add((Get-Key $name $value))
            }
        }
        $ours['Before'] = @{}
        foreach ($property in $record.Before.PSObject.Properties) {
            if ($SettingNames -cnotcontains $property.Name) { throw 'it names a setting that is not in this script' }
            $ours['Before'][$property.Name] = $property.Value
        }
    } catch {
        Complete-Run 8 ('The record {0} cannot be used: {1}. Nothing was changed. Keep a copy, then delete it to start anew.' -f $RecordPath, $_.Exception.Message)
    }
    $ours
}

# ---- Changes ----

function Send-Change([string] $Change, [string[]] $Values) {
    switch ($Change) {
        'Add ExclusionPath' { Add-MpPreference -ExclusionPath $Values -Force -ErrorAction Stop }
        'Add ExclusionExtension' { Add-MpPreference -ExclusionExtension $Values -Force -ErrorAction Stop }
        'Add ExclusionProcess' { Add-MpPreference -ExclusionProcess $Values -Force -ErrorAction Stop }
        'Add ExclusionIpAddress' { Add-MpPreference -ExclusionIpAddress $Values -Force -ErrorAction Stop }
        'Add AttackSurfaceReductionOnlyExclusions' { Add-MpPreference -AttackSurfaceReductionOnlyExclusions $Values -Force -ErrorAction Stop }
        'Add ControlledFolderAccessAllowedApplications' { Add-MpPreference -ControlledFolderAccessAllowedApplications $Values -Force -ErrorAction Stop }
        'Remove ExclusionPath' { Remove-MpPreference -ExclusionPath $Values -Force -ErrorAction Stop }
        'Remove ExclusionExtension' { Remove-MpPreference -ExclusionExtension $Values -Force -ErrorAction Stop }
        'Remove ExclusionProcess' { Remove-MpPreference -ExclusionProcess $Values -Force -ErrorAction Stop }
        'Remove ExclusionIpAddress' { Remove-MpPreference -ExclusionIpAddress $Values -Force -ErrorAction Stop }
        'Remove AttackSurfaceReductionOnlyExclusions' { Remove-MpPreference -AttackSurfaceReductionOnlyExclusions $Values -Force -ErrorAction Stop }
        'Remove ControlledFolderAccessAllowedApplications' { Remove-MpPreference -ControlledFolderAccessAllowedApplications $Values -Force -ErrorAction Stop }
        default { throw 'no such change: {0}' -f $Change }
    }
}

function Send-Setting([string] $Name, [int] $Number) {
    switch ($Name) {
        'DisableRealtimeMonitoring' { Set-MpPreference -DisableRealtimeMonitoring ([bool] $Number) -Force -ErrorAction Stop }
        'DisableBehaviorMonitoring' { Set-MpPreference -DisableBehaviorMonitoring ([bool] $Number) -Force -ErrorAction Stop }
        'DisableArchiveScanning' { Set-MpPreference -DisableArchiveScanning ([bool] $Number) -Force -ErrorAction Stop }
        'DisableScanningNetworkFiles' { Set-MpPreference -DisableScanningNetworkFiles ([bool] $Number) -Force -ErrorAction Stop }
        'DisableRemovableDriveScanning' { Set-MpPreference -DisableRemovableDriveScanning ([bool] $Number) -Force -ErrorAction Stop }
        'PUAProtection' { Set-MpPreference -PUAProtection $Number -Force -ErrorAction Stop }
        'MAPSReporting' { Set-MpPreference -MAPSReporting $Number -Force -ErrorAction Stop }
        'SubmitSamplesConsent' { Set-MpPreference -SubmitSamplesConsent $Number -Force -ErrorAction Stop }
        'CloudBlockLevel' { Set-MpPreference -CloudBlockLevel $Number -Force -ErrorAction Stop }
        'LowThreatDefaultAction' { Set-MpPreference -LowThreatDefaultAction $Number -Force -ErrorAction Stop }
        'ModerateThreatDefaultAction' { Set-MpPreference -ModerateThreatDefaultAction $Number -Force -ErrorAction Stop }
        'HighThreatDefaultAction' { Set-MpPreference -HighThreatDefaultAction $Number -Force -ErrorAction Stop }
        'SevereThreatDefaultAction' { Set-MpPreference -SevereThreatDefaultAction $Number -Force -ErrorAction Stop }
        'ScanParameters' { Set-MpPreference -ScanParameters $Number -Force -ErrorAction Stop }
        'ScanScheduleDay' { Set-MpPreference -ScanScheduleDay $Number -Force -ErrorAction Stop }
        'ScanScheduleTime' { Set-MpPreference -ScanScheduleTime ([datetime]::Today.AddMinutes($Number)) -Force -ErrorAction Stop }
        'ScanScheduleQuickScanTime' { Set-MpPreference -ScanScheduleQuickScanTime ([datetime]::Today.AddMinutes($Number)) -Force -ErrorAction Stop }
        'DisableCatchupFullScan' { Set-MpPreference -DisableCatchupFullScan ([bool] $Number) -Force -ErrorAction Stop }
        'DisableCatchupQuickScan' { Set-MpPreference -DisableCatchupQuickScan ([bool] $Number) -Force -ErrorAction Stop }
        'ScanAvgCPULoadFactor' { Set-MpPreference -ScanAvgCPULoadFactor $Number -Force -ErrorAction Stop }
        'UILockdown' { Set-MpPreference -UILockdown ([bool] $Number) -Force -ErrorAction Stop }
        default { throw 'no such setting: {0}' -f $Name }
    }
}

function Set-Number([string] $Name, $Value) {
    try {
        Send-Setting $Name ([int] $Value)
        Write-Log ('Set {0}: {1}' -f $Name, $Value) -FileOnly
    } catch { Write-Log ('Set {0}: refused: {1}: {2}' -f $Name, $Value, $_.Exception.Message) -Warning }
}

function Send-InBatches([string] $Verb, $Entries) {
    foreach ($name in $ListNames) {
        [string[]] $values = @(foreach ($entry in $Entries) { if ($entry.List -eq $name) { $entry.Value } })
        for ($start = 0; $start -lt $values.Count; $start += $BatchSize) {
            [string[]] $batch = $values[$start..([System.Math]::Min($start + $BatchSize, $values.Count) - 1)]
            $refused = 0
            try {
                Send-Change "$Verb $name" $batch
                foreach ($value in $batch) { Write-Log ('{0} {1}: {2}' -f $Verb, $name, $value) -FileOnly }
            } catch {
                Write-Log ('{0} {1}: a batch of {2} was refused, trying one by one: {3}' -f $Verb, $name, $batch.Count, $_.Exception.Message) -Warning
                foreach ($value in $batch) {
                    try {
                        Send-Change "$Verb $name" $value
                        Write-Log ('{0} {1}: {2}' -f $Verb, $name, $value) -FileOnly
                    } catch {
                        $refused++
                        Write-Log ('{0} {1}: refused: {2}: {3}' -f $Verb, $name, $value, $_.Exception.Message) -Warning -FileOnly:($refused -gt $ShownAtMost)
                    }
                }
            }
            if ($refused -ge $BatchSize) {
                Write-Log ('{0} {1}: all of {2} entries were refused, the rest of this list is not tried' -f $Verb, $name, $refused) -Warning
                break
            }
        }
    }
}

function Select-Approved([string] $Action, $Entries) {
    # Prints the preview under -WhatIf, asks under -Confirm, else passes everything.
    foreach ($entry in $Entries) { if ($Caller.ShouldProcess($entry.Value, ('{0} {1}' -f $Action, $entry.List))) { $entry } }
}

function Get-FailureCode { if ($Run['Tamper'] -or $Run['LocalIgnored']) { 5 } else { 6 } }

function Invoke-Apply {
    $before = Get-Current
    $new = @(Get-Missing $before)
    $ours = Read-Record
    $chosen = @(Select-Approved 'Bring into' $new)
    if ($WhatIfPreference) { Complete-Run 0 ('Preview: {0} entries would be added or set. Nothing was changed.' -f $new.Count) }
    if ($null -eq $ours) {
        $ours = @{}
        foreach ($name in $ListNames) { $ours[$name] = Get-KeySet $name @() }
        $ours['Before'] = @{}
    }
    foreach ($entry in $chosen) {
        if ($ListNames -ccontains $entry.List) { $null = $ours[$entry.List].Add((Get-Key $entry.List $entry.Value)) }
        elseif (-not $ours['Before'].ContainsKey($entry.List)) { $ours['Before'][$entry.List] = $before[$entry.List] }
    }
    Save-Record $ours                # Before the first change: a run that is cut off can still be undone.
    Write-Log ('{0} entries and settings are new and will be brought in' -f $chosen.Count)
    Send-InBatches 'Add' $chosen
    foreach ($entry in $chosen) { if ($SettingNames -ccontains $entry.List) { Set-Number $entry.List $entry.Value } }

    # Defender may accept an entry and ignore it: only what it lists afterwards counts.
    for ($attempt = 1; $attempt -le 3; $attempt++) {
        if ($attempt -gt 1) { Start-Sleep -Seconds 2 }
        $after = Get-Current
        $missing = @(Get-Missing $after)
        if ($missing.Count -eq 0) { break }
    }
    foreach ($name in $ListNames) {
        $expected = Get-KeySet $name $before[$name]
        $expected.UnionWith((Get-KeySet $name $Wanted[$name]))
        $strange = @(foreach ($value in $after[$name]) { if (-not $expected.Contains((Get-Key $name $value))) { [pscustomobject] @{ List = $name; Value = $value } } })
        Write-EntryList 'Appeared during this run, not recorded (somebody else, or another spelling of a missing entry)' $strange
        $ours[$name].IntersectWith((Get-KeySet $name $after[$name]))
    }
    foreach ($name in @($ours['Before'].Keys)) {
        # What was refused was not changed.
        if ($after[$name] -ceq $ours['Before'][$name]) { $ours['Before'].Remove($name) }
    }
    Save-Record $ours
    if ($missing.Count -eq 0) { Complete-Run 0 'Defender has every entry and setting.' }
    Write-EntryList 'Not in force' $missing
    Complete-Run (Get-FailureCode) ('{0} entries or settings are not in force after Apply.' -f $missing.Count)
}

function Invoke-Verify($Obstacles) {
    $missing = @(Get-Missing (Get-Current))
    Write-EntryList 'Not in force' $missing
    if ($missing.Count -gt 0) { Complete-Run 7 ('{0} entries or settings are not in force.' -f $missing.Count) }
    if ($Obstacles.Count -gt 0 -and -not $Force) { Complete-Run 4 'Defender has every entry and setting, but is not the active antivirus.' }
    Complete-Run 0 'Defender has every entry and setting.'
}

function Invoke-Undo {
    $current = Get-Current
    $ours = Read-Record
    if ($null -eq $ours) {
        # Without the record nobody knows which entries were there before: removing them could undo somebody else's work.
        $all = @{}
        foreach ($name in $ListNames) { $all[$name] = Get-KeySet $name $Wanted[$name] }
        $listed = @(Get-Listed $current $all)
        if ($listed.Count -eq 0) { Complete-Run 0 'No record of an Apply of these lists on this computer, and Defender lists none of their entries: nothing to undo.' }
        Write-EntryList 'Listed, origin unknown' $listed
        Complete-Run 8 ('No record of an Apply of these lists on this computer. Nothing was removed. {0} of their entries are listed: remove by hand what you know to be yours.' -f $listed.Count)
    }
    $listed = @(Get-Listed $current $ours)   # In Defender's own spelling.
    # A setting that somebody has changed since is theirs; one that was not told before stays.
    $settings = @(foreach ($name in $ours['Before'].Keys) {
            if ($null -ne $ours['Before'][$name] -and $current[$name] -ceq [string] $Setting[$name]) { [pscustomobject] @{ List = $name; Value = [string] $ours['Before'][$name] } }
            else { Write-Log ('{0} is left as it is: it was changed since, or was not shown before' -f $name) -Warning }
        })
    $chosen = @(Select-Approved 'Remove from' $listed)
    $back = @(Select-Approved 'Put back' $settings)
    if ($WhatIfPreference) { Complete-Run 0 ('Preview: {0} entries would be removed, {1} settings put back. Nothing was changed.' -f $listed.Count, $settings.Count) }
    Send-InBatches 'Remove' $chosen
    foreach ($entry in $back) { Set-Number $entry.List $entry.Value }
    for ($attempt = 1; $attempt -le 3; $attempt++) {
        if ($attempt -gt 1) { Start-Sleep -Seconds 2 }
        $after = Get-Current
        $left = @(Get-Listed $after $ours) + @(foreach ($entry in $settings) { if ($after[$entry.List] -cne $entry.Value) { $entry } })
        if ($left.Count -eq 0) { break }
    }
    if ($left.Count -eq 0) {
        [System.IO.File]::Delete($RecordPath)
        Complete-Run 0 ('{0} entries were removed, {1} settings put back, nothing of what was done is left.' -f $chosen.Count, $back.Count)
    }
    foreach ($name in $ListNames) { $ours[$name].IntersectWith((Get-KeySet $name $after[$name])) }
    Save-Record $ours
    Write-EntryList 'Not taken back (a policy may set it, too)' $left
    Complete-Run (Get-FailureCode) ('{0} entries or settings could not be taken back.' -f $left.Count)
}

# ---- Run ----

try {
    # Not by #Requires -RunAsAdministrator: that ends with exit code 1 and says less.
    $user = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not [System.Security.Principal.WindowsPrincipal]::new($user).IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
        Complete-Run 2 'Not elevated: run it as administrator or SYSTEM. Nothing was changed.'
    }
    Initialize-Folder
    $Run['Log'] = -not $WhatIfPreference
    Write-Log ('{0} on {1} by {2}, PowerShell {3}, lists {4}: {5} paths, {6} extensions, {7} processes, {8} settings' -f $Mode, [System.Environment]::MachineName, $user.Name, $PSVersionTable.PSVersion, $ListId, $ExclusionPath.Count, $ExclusionExtension.Count, $ExclusionProcess.Count, $SettingNames.Count)
    try { Import-Module -Name 'Defender' -ErrorAction Stop }
    catch {
        $hint = ''
        if ([System.Environment]::Is64BitOperatingSystem -and -not [System.Environment]::Is64BitProcess) { $hint = ' This is a 32-bit PowerShell: run the 64-bit one.' }
        Complete-Run 3 ('The PowerShell module of Defender cannot be loaded: {0}.{1}' -f $_.Exception.Message, $hint)
    }

    $status = $null
    try { $status = Get-MpComputerStatus -ErrorAction Stop } catch { Write-Log ('Get-MpComputerStatus: {0}' -f $_.Exception.Message) -Warning }
    $obstacles = @(Get-Obstacle $status)
    foreach ($obstacle in $obstacles) { Write-Log $obstacle -Warning }
    foreach ($service in @(Get-Service -DisplayName 'Kaspersky*' -ErrorAction SilentlyContinue)) {
        if ($service.Status -eq 'Running') { Write-Log ('A service of Kaspersky is running: {0}' -f $service.DisplayName) -Warning }
    }
    if ((Get-Property $status 'IsTamperProtected') -eq $true) {
        $Run['Tamper'] = $true
        Write-Log 'Tamper Protection is on: Defender may ignore changes that are made here. What is in force afterwards is checked.' -Warning
    }
    # Group Policy writes to the first key; values from Intune are seen in the second.
    foreach ($key in 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender', 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager') {
        $policy = Get-ItemProperty -LiteralPath $key -Name 'DisableLocalAdminMerge' -ErrorAction SilentlyContinue
        if ((Get-Property $policy 'DisableLocalAdminMerge') -eq 1) { $Run['LocalIgnored'] = $true }
    }
    if ($Run['LocalIgnored']) { Write-Log 'A policy (DisableLocalAdminMerge) makes Defender ignore lists that are set here: bring the exclusions by that policy.' -Warning }

    if ($Mode -eq 'Apply' -and -not $Force) {
        if ($obstacles.Count -gt 0) { Complete-Run 4 'Defender is not the active antivirus. Nothing was changed. -Force goes on all the same.' }
        if ($Run['LocalIgnored']) { Complete-Run 5 'A policy makes Defender ignore local lists. Nothing was changed. -Force goes on all the same.' }
    }
    if ($Mode -eq 'Apply') { Invoke-Apply } elseif ($Mode -eq 'Verify') { Invoke-Verify $obstacles } else { Invoke-Undo }
} catch {
    Complete-Run 1 ('Unexpected: {0} {1}' -f $_.Exception.Message, $_.ScriptStackTrace)
}
