namespace Kiket.Architecture.Tests;

/// <summary>The mutants of <c>tests/mutants</c>, which take half an hour to run, still apply to the code.</summary>
public sealed class MutantTests
{
    private static readonly string Folder = Path.Combine(Sources.Root, "tests", "mutants");

    [Theory]
    [InlineData("workflows")]
    [InlineData("sla")]
    [InlineData("capacity")]
    public void Each_mutant_applies_to_one_place(string list)
    {
        List<string> errors = [];
        var (file, code, count) = ("", "", 0);
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, list)).Where(l => l.Trim() is not ("" or ['#' or '@', ..])))
        {
            if (!line.StartsWith(' '))
            {
                (file, code) = (line, File.ReadAllText(Path.Combine(Sources.Root, "src", "Kiket.Domain", line)));
                continue;
            }

            count++;
            var text = line.Trim().Split(" -->")[0];
            if (code.Split(text).Length != 2)
                errors.Add($"{file} has {code.Split(text).Length - 1} times: {text}");
        }

        Assert.True(errors.Count == 0, string.Join('\n', errors));
        Assert.True(count >= 25, $"The list has only {count} mutants.");
    }
}
