# Checks, builds, tests and packs Kiket by the steps that .ci/run takes too; the exit code is that of the first one that fails.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$steps = Get-Content .ci/steps | Where-Object { $_ -and -not $_.StartsWith('#') }
foreach ($step in $steps) {
    & dotnet $step.Split(' ')
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
exit 0
