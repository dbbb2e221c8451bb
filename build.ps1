# Checks, builds, tests and packs Kiket with the steps of .ci/steps. The exit code is that of the first step that fails.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$steps = Get-Content .ci/steps | Where-Object { $_ -and -not $_.StartsWith('#') }
foreach ($step in $steps) {
    & dotnet $step.Split(' ')
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
exit 0
