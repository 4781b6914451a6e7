<#
.SYNOPSIS
Writes policies of Kaspersky Security Center into one JSON file that Crosswalk reads.

.DESCRIPTION
Asks the Administration Server for its policies through its OpenAPI and keeps every answer word for word. It only reads:
no call in this script changes anything on the server.

THIS SCRIPT WAS NEVER RUN AGAINST A LIVE SERVER. It was written from the published description of the calls, and its
syntax and its calls are checked by the tests of the project. Try it with -List first. If a call is refused, the message
names the call; please report it.

The file holds your policies. Keep it as you would keep the policies themselves.

What is never written or shown: the password, the name of the account, the token of the session.

.PARAMETER Server
Name or address of the Administration Server.

.PARAMETER Port
Port of the OpenAPI.

.PARAMETER GroupId
Number of the administration group whose policies are read. In the one answer that is known to the project, group 0 is
"Managed devices".

.PARAMETER PolicyId
Numbers of single policies, as -List shows them. Without it, all policies of the group are read.

.PARAMETER OutFile
The file to write.

.PARAMETER CertificateThumbprint
Thumbprint of the server's own certificate, SHA-256 or SHA-1, when Windows does not trust it. Then this certificate and no
other is accepted. Without it, Windows decides. There is no way to switch the check off.
Take the thumbprint from the server itself, not from the network.

.PARAMETER List
Shows the policies of the group and writes no file.

.PARAMETER Force
Overwrites a file that exists.

.EXAMPLE
.\crosswalk-collect.ps1 -Server ksc.example.com -List

.EXAMPLE
.\crosswalk-collect.ps1 -Server ksc.example.com -PolicyId 3 -OutFile policy-3.json

.NOTES
Windows PowerShell 5.1 or later. The account needs the right to read policies.
Only a user name and a password are sent, as the description of the OpenAPI shows it for an account of the server itself.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [ValidatePattern('^[A-Za-z0-9.:_-]+$')]
    [string] $Server,

    [ValidateRange(1, 65535)]
    [int] $Port = 13299,

    [ValidateRange(0, 2147483647)]
    [int] $GroupId = 0,

    [ValidateRange(0, 2147483647)]
    [int[]] $PolicyId = @(),

    [ValidateNotNullOrEmpty()]
    [string] $OutFile = 'crosswalk-collection.json',

    [string] $CertificateThumbprint = '',

    [switch] $List,

    [switch] $Force
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12

$script:Headers = @{}
$script:Pin = $null

# Accepts the one certificate that was named, and no other. It is compiled because the check runs where PowerShell cannot.
$pinSource = @'
using System;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

public sealed class CrosswalkPin
{
    private readonly string wanted;

    public CrosswalkPin(string wanted)
    {
        this.wanted = wanted;
    }

    private bool IsWanted(object sender, X509Certificate certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if (certificate == null)
        {
            return false;
        }
        using (HashAlgorithm hash = wanted.Length == 64 ? (HashAlgorithm)SHA256.Create() : SHA1.Create())
        {
            string found = BitConverter.ToString(hash.ComputeHash(certificate.GetRawCertData())).Replace("-", "");
            return string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase);
        }
    }

    public RemoteCertificateValidationCallback Callback()
    {
        return new RemoteCertificateValidationCallback(IsWanted);
    }
}
'@

# One call. Gives the answer as text, word for word.
function Invoke-OpenApi {
    param(
        [Parameter(Mandatory = $true)] [string] $Method,
        [Parameter(Mandatory = $true)] [hashtable] $Arguments
    )
    $address = (New-Object System.UriBuilder -ArgumentList 'https', $Server, $Port, "api/v1.0/$Method").Uri
    $request = [System.Net.WebRequest]::CreateHttp($address)
    $request.Method = 'POST'
    $request.ContentType = 'application/json'
    $request.AllowAutoRedirect = $false
    $request.Timeout = 300000
    $request.ServicePoint.Expect100Continue = $false
    if ($null -ne $script:Pin) {
        $request.ServerCertificateValidationCallback = $script:Pin
    }
    foreach ($name in $script:Headers.Keys) {
        $request.Headers.Add($name, $script:Headers[$name])
    }
    $body = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $Arguments -Compress))
    $text = ''
    try {
        $stream = $request.GetRequestStream()
        try { $stream.Write($body, 0, $body.Length) } finally { $stream.Dispose() }
        $response = $request.GetResponse()
        try {
            if ([int] $response.StatusCode -ne 200) {
                throw "status $([int] $response.StatusCode)"
            }
            $incoming = $response.GetResponseStream()
            $reader = New-Object System.IO.StreamReader -ArgumentList $incoming, ([System.Text.Encoding]::UTF8)
            try { $text = $reader.ReadToEnd() } finally { $reader.Dispose() }
        }
        finally { $response.Dispose() }
    }
    catch {
        throw "$Method failed: $($_.Exception.GetBaseException().Message)"
    }
    if ($text -notmatch '^\s*\{' -or $text -notmatch '\}\s*$') {
        throw "$Method answered something that is no JSON object"
    }
    return $text
}

# What the server says in an answer: the value of PxgRetVal.
function Get-Answer {
    param([string] $Method, [string] $Text)
    $parsed = ConvertFrom-Json -InputObject $Text
    $value = Get-Field $parsed 'PxgRetVal'
    if ($null -eq $value) {
        throw "$Method answered without PxgRetVal: the call was refused, or this version of the server answers in another way"
    }
    return , $value
}

function Get-Field {
    param($Object, [string] $Name)
    if ($null -eq $Object) { return $null }
    $property = $Object.PSObject.Properties[$Name]
    if ($null -eq $property) { return $null }
    return , $property.Value
}

# {"type":"params","value":{...}} stands for the inner object.
function Get-Inner {
    param($Value)
    if ((Get-Field $Value 'type') -eq 'params') { return , (Get-Field $Value 'value') }
    return , $Value
}

function Get-Quoted {
    param([string] $Text)
    return ConvertTo-Json -InputObject $Text -Compress
}

# Every section of one opened storage, as JSON text; the storage is released in any case.
function Get-SectionsText {
    param([string] $Id, [string] $Product, [string] $Version)
    try {
        $names = Invoke-OpenApi -Method 'SsContents.SS_GetNames' -Arguments @{ wstrID = $Id; wstrProduct = $Product; wstrVersion = $Version }
        $sectionNames = Get-Answer 'SsContents.SS_GetNames' $names
        $sections = New-Object System.Collections.Generic.List[string]
        foreach ($section in $sectionNames) {
            $answer = Invoke-OpenApi -Method 'SsContents.Ss_Read' -Arguments @{ wstrID = $Id; wstrProduct = $Product; wstrVersion = $Version; wstrSection = [string] $section }
            if ($answer -notmatch '"PxgRetVal"') {
                throw "SsContents.Ss_Read answered without PxgRetVal for the section $section"
            }
            $sections.Add('{"name":' + (Get-Quoted $section) + ',"answer":' + $answer + '}')
        }
        return '"names":' + $names + ',"sections":[' + ($sections -join ',') + ']'
    }
    finally {
        try {
            $null = Invoke-OpenApi -Method 'SsContents.Ss_Release' -Arguments @{ wstrID = $Id }
        }
        catch {
            Write-Warning "The server keeps an opened policy until the session ends: $($_.Exception.Message)"
        }
    }
}

# Names of the profiles in an answer. What shape the answer has is not described; both likely ones are understood.
function Get-ProfileNames {
    param($Answer)
    $inner = Get-Inner $Answer
    if ($null -eq $inner) { return }
    if ($inner -is [array]) {
        return $inner | Where-Object { $_ -is [string] }
    }
    return $inner.PSObject.Properties | ForEach-Object { $_.Name }
}

# The profiles of a policy, as JSON text. The two descriptions that exist name the revision differently; both are tried.
function Get-ProfilesText {
    param([int] $Id, [string] $Product, [string] $Version)
    try {
        $found = Invoke-OpenApi -Method 'PolicyProfiles.EnumProfiles' -Arguments @{ nPolicy = $Id; nRevisionId = 0 }
        $answer = Get-Answer 'PolicyProfiles.EnumProfiles' $found
    }
    catch {
        $found = Invoke-OpenApi -Method 'PolicyProfiles.EnumProfiles' -Arguments @{ nPolicy = $Id; nRevision = 0 }
        $answer = Get-Answer 'PolicyProfiles.EnumProfiles' $found
    }
    $profiles = New-Object System.Collections.Generic.List[string]
    foreach ($name in @(Get-ProfileNames $answer)) {
        try {
            $opened = Invoke-OpenApi -Method 'PolicyProfiles.GetProfileSettings' -Arguments @{ nPolicy = $Id; szwName = $name; nRevisionId = 0; nLifeTime = 0 }
            $storage = Get-Answer 'PolicyProfiles.GetProfileSettings' $opened
        }
        catch {
            $opened = Invoke-OpenApi -Method 'PolicyProfiles.GetProfileSettings' -Arguments @{ nPolicy = $Id; szwName = $name; nRevision = 0; nLifeTime = 0 }
            $storage = Get-Answer 'PolicyProfiles.GetProfileSettings' $opened
        }
        $profiles.Add('{"name":' + (Get-Quoted $name) + ',' + (Get-SectionsText ([string] $storage) $Product $Version) + '}')
    }
    return '"profile_list":' + $found + ',"profiles":[' + ($profiles -join ',') + ']'
}

# One policy with its sections and profiles, as JSON text.
function Get-PolicyText {
    param([int] $Id)
    $data = Invoke-OpenApi -Method 'Policy.GetPolicyData' -Arguments @{ nPolicy = $Id }
    $policy = Get-Inner (Get-Answer 'Policy.GetPolicyData' $data)
    $product = [string] (Get-Field $policy 'KLPOL_PRODUCT')
    $version = [string] (Get-Field $policy 'KLPOL_VERSION')
    if ($product -eq '' -or $version -eq '') {
        throw "Policy $Id names no product or version, so its sections cannot be asked for"
    }
    $opened = Invoke-OpenApi -Method 'Policy.GetPolicyContents' -Arguments @{ nPolicy = $Id; nRevisionId = 0; nLifeTime = 0 }
    $storage = [string] (Get-Answer 'Policy.GetPolicyContents' $opened)
    $sections = Get-SectionsText $storage $product $version
    try {
        $profiles = Get-ProfilesText $Id $product $version
    }
    catch {
        Write-Warning "The profiles of policy $Id could not be read, and the file says so: $($_.Exception.Message)"
        $profiles = '"profiles_missing":true'
    }
    return '{"id":' + $Id + ',"data":' + $data + ',' + $sections + ',' + $profiles + '}'
}

$target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutFile)
$part = $target + '.part'
if (-not $List) {
    if (-not (Test-Path -LiteralPath (Split-Path -Parent $target) -PathType Container)) {
        throw "The folder of $target does not exist"
    }
    foreach ($file in $target, $part) {
        if ((Test-Path -LiteralPath $file) -and -not $Force) {
            throw "$file exists; name another file with -OutFile, or overwrite it with -Force"
        }
    }
}

if ($CertificateThumbprint -ne '') {
    # The certificate window of Windows puts blanks and an invisible mark into what is copied from it.
    $wanted = $CertificateThumbprint -replace '[\s:\u200E\u200F]', ''
    if ($wanted -notmatch '^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$') {
        throw 'A thumbprint has 40 (SHA-1) or 64 (SHA-256) hexadecimal digits'
    }
    Add-Type -TypeDefinition $pinSource
    $script:Pin = (New-Object CrosswalkPin -ArgumentList $wanted).Callback()
}

$credential = Get-Credential -Message "An account of the Administration Server $Server that may read policies"
if ($null -eq $credential) {
    throw 'No account was given'
}

try {
    $user = [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($credential.UserName))
    $pass = [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($credential.GetNetworkCredential().Password))
    $script:Headers = @{ 'Authorization' = 'KSCBasic user="' + $user + '", pass="' + $pass + '"' }
    $started = Invoke-OpenApi -Method 'Session.StartSession' -Arguments @{}
    $script:Headers = @{ 'X-KSC-Session' = [string] (Get-Answer 'Session.StartSession' $started) }
    $user = $null
    $pass = $null
    $started = $null

    $ids = @($PolicyId)
    if ($List -or $ids.Count -eq 0) {
        $found = Invoke-OpenApi -Method 'Policy.GetPoliciesForGroup' -Arguments @{ nGroupId = $GroupId }
        $answer = Get-Answer 'Policy.GetPoliciesForGroup' $found
        $policies = @($answer | ForEach-Object { Get-Inner $_ })
        if ($List) {
            $policies | ForEach-Object {
                New-Object psobject -Property @{
                    Id      = Get-Field $_ 'KLPOL_ID'
                    Name    = Get-Field $_ 'KLPOL_DN'
                    Product = Get-Field $_ 'KLPOL_PRODUCT'
                    Active  = Get-Field $_ 'KLPOL_ACTIVE'
                    Group   = Get-Field $_ 'KLPOL_GROUP_NAME'
                }
            } | Select-Object -Property Id, Name, Product, Active, Group
            return
        }
        $ids = @($policies | ForEach-Object { [int] (Get-Field $_ 'KLPOL_ID') })
        if ($ids.Count -eq 0) {
            throw "Group $GroupId has no policies; -List shows what a group has"
        }
    }

    $collected = New-Object System.Collections.Generic.List[string]
    foreach ($id in $ids) {
        Write-Verbose "Reading policy $id"
        $collected.Add((Get-PolicyText $id))
    }
    $document = '{"crosswalk_collection":1,"policies":[' + ($collected -join ',') + ']}'

    try {
        [System.IO.File]::WriteAllText($part, $document, (New-Object System.Text.UTF8Encoding -ArgumentList $false))
        Move-Item -LiteralPath $part -Destination $target -Force:$Force
    }
    finally {
        if (Test-Path -LiteralPath $part) {
            Remove-Item -LiteralPath $part
        }
    }
    Write-Output "Written: $target ($($ids.Count) policies)"
}
finally {
    # The session has no documented end; it is forgotten here and expires on the server.
    $script:Headers = @{}
    $credential = $null
}
