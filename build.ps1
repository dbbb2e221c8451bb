# Restores, builds, tests and packs Kiket. The exit code is that of the first step that fails.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$steps = @(
    @('restore', '--locked-mode'),
    @('build', '--no-restore', '--configuration', 'Release'),
    @('test', '--no-build', '--configuration', 'Release'),
    @('pack', '--no-build', '--configuration', 'Release', '--output', 'artifacts')
)
foreach ($step in $steps) {
    & dotnet @step
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
exit 0
