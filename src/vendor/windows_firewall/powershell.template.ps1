#Requires -Version 5.1
# crosswalk:stamp

<#
.SYNOPSIS
    Adds rules to Windows Firewall, compares them with what is there, and takes them back.
.DESCRIPTION
    Only touches rules with the identifiers below and of the group below: every other rule stays as it is. Asks nothing, so
    it can run from an RMM tool as SYSTEM. Run it elevated, in 64-bit PowerShell, with -File (with -Command, PowerShell turns
    every exit code but 0 into 1):
        powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File .\Set-CrosswalkFirewall.ps1 -WhatIf
    Exit codes
      0  Apply, Verify: every rule is there as written. Undo: none of them is left. -WhatIf: the preview is complete
      1  a wrong parameter (PowerShell itself ends so), or something unexpected
      2  not elevated
      3  the cmdlets of the firewall cannot be used here
      5  the rules are there, but the firewall is off for a profile, or a policy makes it ignore local rules
      6  some rules could not be added, or not removed
      7  Verify: rules are missing or different
.PARAMETER Mode
    Apply (default) adds what is missing, then verifies. Verify only compares. Undo removes the rules of this file.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Low', PositionalBinding = $false)]
param(
    [ValidateSet('Apply', 'Verify', 'Undo')]
    [string] $Mode = 'Apply'
)

# ---- Data. Text from the export stands only between single quotes. ----

$Rules = @(
# crosswalk:rules
)

# What happens to traffic that no rule is for, on all profiles.
$DefaultActions = @(
# crosswalk:defaults
)

$Group = @(
# crosswalk:group
)[0]

# ---- Settings ----

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    Write-Warning 'PowerShell is restricted here (constrained language mode): sign this script or allow it. Nothing was changed. Exit code 3.'
    exit 3
}
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if (-not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }

$Caller = $PSCmdlet
$Store = 'PersistentStore'
$ProfileNames = 'Domain', 'Private', 'Public'
# A rule that is switched off holds the default actions that were there before, so that Undo can set them again.
$MemoryName = '{7C1F6D0B-6E0B-5D55-9C55-5A1C0E2B7F10}'
$Run = @{ Failed = 0; Idle = $false }

function Complete-Run([int] $Code, [string] $Text) {
    if ($Code -eq 0) { Write-Output $Text } else { Write-Warning ('{0} Exit code {1}.' -f $Text, $Code) }
    exit $Code
}

# ---- What is there ----

function Get-Rule([string] $Name) {
    # Nothing when there is no such rule; one of another group is somebody else's.
    $found = @(Get-NetFirewallRule -Name $Name -PolicyStore $Store -ErrorAction SilentlyContinue)
    foreach ($rule in $found) { if ($rule.Group -eq $Group) { $rule } }
}

function Get-ListKey($Values) {
    # Windows writes IPv4 subnets with a mask, and one address without a range.
    $keys = foreach ($value in @($Values)) {
        $text = ([string] $value).Trim().ToLowerInvariant()
        if ($text -match '^(\d+\.\d+\.\d+\.\d+)/(\d{1,2})$') {
            $bits = [int] $Matches[2]
            $mask = [uint64] 4294967295 - ([uint64] [System.Math]::Pow(2, 32 - $bits) - 1)
            $bytes = foreach ($shift in 24, 16, 8, 0) { [string] (($mask -shr $shift) -band 255) }
            $text = '{0}/{1}' -f $Matches[1], ($bytes -join '.')
        } elseif ($text -match '^([^-]+)-(.+)$' -and $Matches[1] -eq $Matches[2]) {
            $text = $Matches[1]
        } elseif ($text -match '^(\d+):\*$') {
            $text = $Matches[1]
        }
        $text
    }
    if ($null -eq $keys) { return 'any' }
    (@($keys) | Sort-Object -Unique) -join ','
}

function Get-Wanted([hashtable] $Rule, [string] $Key) {
    if ($Rule.ContainsKey($Key)) { Get-ListKey $Rule[$Key] } else { 'any' }
}

function Get-Difference([hashtable] $Rule) {
    # The first thing that is not as written; nothing when all is.
    $there = @(Get-Rule $Rule['Name'])
    if ($there.Count -ne 1) { return 'it is not there' }
    $there = $there[0]
    foreach ($key in 'Direction', 'Action') {
        if ([string] $there.$key -ne $Rule[$key]) { return '{0} is {1}' -f $key, $there.$key }
    }
    if ([string] $there.Enabled -ne 'True') { return 'it is switched off' }
    if ([string] $there.Profile -ne 'Any') { return 'Profile is {0}' -f $there.Profile }
    $ports = Get-NetFirewallPortFilter -AssociatedNetFirewallRule $there -ErrorAction Stop
    $addresses = Get-NetFirewallAddressFilter -AssociatedNetFirewallRule $there -ErrorAction Stop
    $program = Get-NetFirewallApplicationFilter -AssociatedNetFirewallRule $there -ErrorAction Stop
    $have = @{
        Protocol = $ports.Protocol; LocalPort = $ports.LocalPort; RemotePort = $ports.RemotePort; IcmpType = $ports.IcmpType
        LocalAddress = $addresses.LocalAddress; RemoteAddress = $addresses.RemoteAddress; Program = $program.Program
    }
    foreach ($key in 'Protocol', 'LocalPort', 'RemotePort', 'IcmpType', 'LocalAddress', 'RemoteAddress', 'Program') {
        if ((Get-ListKey $have[$key]) -ne (Get-Wanted $Rule $key)) { return '{0} is {1}' -f $key, (@($have[$key]) -join ', ') }
    }
}

function Test-Firewall {
    foreach ($item in @(Get-NetFirewallProfile -Name $ProfileNames -PolicyStore 'ActiveStore' -ErrorAction Stop)) {
        if ([string] $item.Enabled -eq 'False') {
            $Run['Idle'] = $true
            Write-Warning ('The firewall is off for the profile {0}: no rule holds there.' -f $item.Name)
        }
        if ([string] $item.AllowLocalFirewallRules -eq 'False') {
            $Run['Idle'] = $true
            Write-Warning ('A policy makes the profile {0} ignore local rules: bring these rules by that policy.' -f $item.Name)
        }
    }
}

# ---- Changes ----

function Add-Rule([hashtable] $Rule) {
    $parameters = @{ Group = $Group; Enabled = 'True'; Profile = 'Any'; PolicyStore = $Store }
    foreach ($key in $Rule.Keys) { $parameters[$key] = $Rule[$key] }
    $null = New-NetFirewallRule @parameters -ErrorAction Stop
}

function Save-DefaultActions {
    if (@(Get-Rule $MemoryName).Count -gt 0) { return }
    $before = foreach ($item in @(Get-NetFirewallProfile -Name $ProfileNames -PolicyStore $Store -ErrorAction Stop)) {
        '{0}={1}/{2}' -f $item.Name, $item.DefaultInboundAction, $item.DefaultOutboundAction
    }
    $null = New-NetFirewallRule -Name $MemoryName -DisplayName 'Crosswalk default actions before (off)' -Group $Group -Enabled 'False' -Direction 'Inbound' -Action 'Block' -Profile 'Any' -Description ($before -join ' ') -PolicyStore $Store -ErrorAction Stop
}

function Set-DefaultAction([string] $Name, [string] $Profiles, [string] $Value) {
    if ($Name -eq 'DefaultInboundAction') { Set-NetFirewallProfile -Name $Profiles.Split(',') -DefaultInboundAction $Value -PolicyStore $Store -ErrorAction Stop }
    else { Set-NetFirewallProfile -Name $Profiles.Split(',') -DefaultOutboundAction $Value -PolicyStore $Store -ErrorAction Stop }
}

function Invoke-Apply {
    # Blocks first: between two rules nothing is open that a later one closes.
    foreach ($action in 'Block', 'Allow') {
        foreach ($rule in $Rules) {
            if ($rule['Action'] -ne $action -or $null -eq (Get-Difference $rule)) { continue }
            if (-not $Caller.ShouldProcess($rule['DisplayName'], 'Add the firewall rule')) { continue }
            try {
                foreach ($old in @(Get-Rule $rule['Name'])) { Remove-NetFirewallRule -Name $old.Name -PolicyStore $Store -ErrorAction Stop }
                Add-Rule $rule
            } catch {
                $Run['Failed']++
                Write-Warning ('{0}: refused: {1}' -f $rule['DisplayName'], $_.Exception.Message)
            }
        }
    }
    if ($DefaultActions.Count -gt 0 -and $Caller.ShouldProcess(($DefaultActions -join ', '), 'Block what no rule is for, on all profiles')) {
        Save-DefaultActions
        foreach ($name in $DefaultActions) { Set-DefaultAction $name ($ProfileNames -join ',') 'Block' }
    }
    if ($WhatIfPreference) { Complete-Run 0 'The preview is complete. Nothing was changed.' }
    Invoke-Verify 6
}

function Invoke-Verify([int] $Code) {
    $different = 0
    foreach ($rule in $Rules) {
        $difference = Get-Difference $rule
        if ($null -ne $difference) {
            $different++
            Write-Warning ('{0}: {1}' -f $rule['DisplayName'], $difference)
        }
    }
    foreach ($item in @(Get-NetFirewallProfile -Name $ProfileNames -PolicyStore $Store -ErrorAction Stop)) {
        foreach ($name in $DefaultActions) {
            if ([string] $item.$name -ne 'Block') {
                $different++
                Write-Warning ('{0} of the profile {1} is {2}' -f $name, $item.Name, $item.$name)
            }
        }
    }
    if ($different -gt 0) { Complete-Run $Code ('{0} of {1} rules or default actions are not as written.' -f $different, ($Rules.Count + 3 * $DefaultActions.Count)) }
    if ($Run['Idle']) { Complete-Run 5 'Every rule is there as written, but not every profile obeys it.' }
    Complete-Run 0 ('{0} rules are there as written.' -f $Rules.Count)
}

function Invoke-Undo {
    # Default actions first, allow rules next, blocks last.
    foreach ($memory in @(Get-Rule $MemoryName)) {
        if (-not $Caller.ShouldProcess($memory.Description, 'Set the default actions again')) { continue }
        foreach ($part in ([string] $memory.Description).Split(' ')) {
            if (-not ($part -match '^(Domain|Private|Public)=(NotConfigured|Allow|Block)/(NotConfigured|Allow|Block)$')) { continue }
            $name, $in, $out = $Matches[1], $Matches[2], $Matches[3]
            Set-DefaultAction 'DefaultInboundAction' $name $in
            Set-DefaultAction 'DefaultOutboundAction' $name $out
        }
        Remove-NetFirewallRule -Name $MemoryName -PolicyStore $Store -ErrorAction Stop
    }
    foreach ($action in 'Allow', 'Block') {
        foreach ($rule in $Rules) {
            if ($rule['Action'] -ne $action) { continue }
            foreach ($old in @(Get-Rule $rule['Name'])) {
                if (-not $Caller.ShouldProcess($rule['DisplayName'], 'Remove the firewall rule')) { continue }
                try { Remove-NetFirewallRule -Name $old.Name -PolicyStore $Store -ErrorAction Stop }
                catch {
                    $Run['Failed']++
                    Write-Warning ('{0}: not removed: {1}' -f $rule['DisplayName'], $_.Exception.Message)
                }
            }
        }
    }
    if ($WhatIfPreference) { Complete-Run 0 'The preview is complete. Nothing was changed.' }
    if ($Run['Failed'] -gt 0) { Complete-Run 6 ('{0} rules could not be removed.' -f $Run['Failed']) }
    Complete-Run 0 'None of these rules is left.'
}

# ---- Run ----

try {
    $user = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not [System.Security.Principal.WindowsPrincipal]::new($user).IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
        Complete-Run 2 'Not elevated: run it as administrator or SYSTEM. Nothing was changed.'
    }
    try { Import-Module -Name 'NetSecurity' -ErrorAction Stop }
    catch { Complete-Run 3 ('The PowerShell module of the firewall cannot be loaded: {0}' -f $_.Exception.Message) }
    Test-Firewall
    if ($Mode -eq 'Apply') { Invoke-Apply } elseif ($Mode -eq 'Verify') { Invoke-Verify 7 } else { Invoke-Undo }
} catch {
    Complete-Run 1 ('Unexpected: {0} {1}' -f $_.Exception.Message, $_.ScriptStackTrace)
}
