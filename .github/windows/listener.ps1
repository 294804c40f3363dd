# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# NOT RUN YET. Makes this machine manageable over WinRM (HTTPS, NTLM) by a new local administrator, and writes an inventory for it.
# Only for a machine that is thrown away afterwards. Needs an elevated PowerShell.
param(
    [Parameter(Mandatory)] [string] $Folder
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$name = 'laptop.example.com'
$account = 'fleetadmin'
New-Item -ItemType Directory -Force -Path $Folder, "$Folder/out" | Out-Null

$bytes = [Security.Cryptography.RandomNumberGenerator]::GetBytes(18)
$password = 'Aa1-' + [Convert]::ToBase64String($bytes).Replace('+', 'x').Replace('/', 'y')
Write-Output "::add-mask::$password"
New-LocalUser -Name $account -Password (ConvertTo-SecureString $password -AsPlainText -Force) | Out-Null
Add-LocalGroupMember -SID 'S-1-5-32-544' -Member $account

# A local account gets a full token over the network only with this.
$policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
Set-ItemProperty -Path $policies -Name LocalAccountTokenFilterPolicy -Value 1 -Type DWord

# The adapter of WSL counts as public, where quickconfig refuses.
Enable-PSRemoting -SkipNetworkProfileCheck -Force | Out-Null

# An authority of its own, as a fleet has one: Python's TLS is strict about certificates that sign themselves.
$store = 'Cert:\LocalMachine\My'
$authority = New-SelfSignedCertificate -Subject 'CN=wslfleet throw-away authority' -CertStoreLocation $store `
    -KeyUsage CertSign, CRLSign -TextExtension '2.5.29.19={critical}{text}CA=true&pathlength=0'
$certificate = New-SelfSignedCertificate -DnsName $name -CertStoreLocation $store -Signer $authority
$roots = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
$roots.Open('ReadWrite')
$roots.Add($authority)
$roots.Close()

Get-ChildItem WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTPS' } |
    Remove-Item -Recurse -Force
New-Item -Path WSMan:\localhost\Listener -Transport HTTPS -Address * -HostName $name -Force `
    -CertificateThumbPrint $certificate.Thumbprint | Out-Null
New-NetFirewallRule -DisplayName 'WinRM over HTTPS' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 5986 `
    -Profile Any -RemoteAddress LocalSubnet | Out-Null

$pem = "-----BEGIN CERTIFICATE-----`n" +
    [Convert]::ToBase64String($authority.RawData, 'InsertLineBreaks').Replace("`r", '') +
    "`n-----END CERTIFICATE-----`n"
[IO.File]::WriteAllText("$Folder/authority.pem", $pem)

# The controller takes the password from its environment; it stands in no file that is kept.
"WSLFLEET_PASSWORD=$password" | Out-File -Append -Encoding utf8 $env:GITHUB_ENV
@"
laptops:
  hosts:
    ${name}:
  vars:
    ansible_connection: ansible.builtin.winrm
    ansible_port: 5986
    ansible_winrm_transport: ntlm
    ansible_winrm_ca_trust_path: /root/authority.pem
    ansible_user: $account
    ansible_password: "{{ lookup('ansible.builtin.env', 'WSLFLEET_PASSWORD') }}"
    windows_host_distribution: Ubuntu-24.04
    windows_host_reboot: never
    cuda_version: "12.8"
    cuda_components: [compiler, cudart-dev]
"@.Replace("`r", '') | Out-File -Encoding utf8NoBOM "$Folder/inventory.yml"
