using System.Diagnostics;
using System.Text;
using Kiket.Domain.Common;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

public sealed class HostileYamlTests
{
    [Fact]
    public void A_billion_laughs_are_refused_at_once()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");

        var clock = Stopwatch.StartNew();
        var fault = Assert.Single(Faults(MainPath, bomb.ToString()));

        Assert.StartsWith("5:", fault, StringComparison.Ordinal);
        Assert.EndsWith(
            "The file contains more than 100000 values once its aliases are expanded.",
            fault,
            StringComparison.Ordinal
        );
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_long_text_cannot_be_multiplied_through_aliases()
    {
        var text = $"a: &a {new string('x', 100_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 90_000))}]\n";

        Assert.EndsWith(
            "The file contains more than 100000 values once its aliases are expanded.",
            Assert.Single(Faults(MainPath, text)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("[")]
    [InlineData("- ")]
    [InlineData("{a: ")]
    [InlineData("? ")]
    public void Depth_is_bounded(string step) =>
        Assert.EndsWith(
            "Values are nested more than 48 levels deep.",
            Assert.Single(Faults(".kiket/boards/b.yaml", string.Concat(Enumerable.Repeat(step, 100_000)))),
            StringComparison.Ordinal
        );

    [Fact]
    public void Depth_is_bounded_through_aliases_too()
    {
        var nest = new string('[', 30);
        var text = $"a: &a {nest}x{new string(']', 30)}\nb: {nest}*a{new string(']', 30)}\n";

        Assert.Equal(["2:34 Values are nested more than 48 levels deep."], Faults(".kiket/boards/b.yaml", text));
    }

    [Fact]
    public void An_anchor_cannot_hold_itself() =>
        Assert.Equal(
            ["1:8 The anchor 'a' is not defined, or not complete, at this point."],
            Faults(".kiket/boards/b.yaml", "a: &a [*a]\n")
        );

    [Fact]
    public void Files_and_packs_have_a_largest_size()
    {
        var file = "# " + new string('x', 1024 * 1024);
        var refusal = Read([
            .. Enumerable.Range(0, 6).Select(i => ($".kiket/boards/b{i}.yaml", "# " + new string('x', 1_000_000))),
        ]).Error!;

        Assert.Equal(["0:0 A file can have at most 1048576 characters."], Faults(".kiket/boards/b.yaml", file));
        Assert.Equal("A pack can have at most 5242880 characters.", Assert.Single(refusal.Details).Message);
    }

    [Fact]
    public void The_list_of_errors_is_bounded()
    {
        var faults = Faults(
            MainPath,
            $"workflow: main\nstates: [a]\ntransitions:\n{string.Concat(Enumerable.Repeat("  - {from: x, to: y}\n", 3000))}"
        );

        Assert.Equal(1001, faults.Length);
        Assert.Contains(faults, f => f.EndsWith("Too many findings; the rest are not listed.", StringComparison.Ordinal));
    }

    /// <summary>The example pack with bytes changed, lines duplicated, cut and swapped: the result is a pack or errors.</summary>
    [Fact]
    public void Mutated_files_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(20260301);
        var files = ExamplePack.Files;
        var (read, refused) = (0, 0);
        for (var round = 0; round < 2000; round++)
        {
            var clock = Stopwatch.StartNew();
            var victim = random.Next(files.Count);
            var mutated = files.Select((f, i) => (f.Path, i == victim ? Mutate(f.Text, random) : f.Text)).ToArray();

            var outcome = ReadFrom("newsroom", mutated);

            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            if (outcome.Error is not { } refusal)
            {
                read++;
                continue;
            }

            refused++;
            Assert.Equal(ServerErrorCodes.DefinitionInvalid, refusal.Code);
            Assert.All(
                refusal.Details,
                d => Assert.True(d.Line >= 0 && d.Column >= 0 && d.Message.Length is > 0 and < 1000, $"{d.Field}: {d.Message}")
            );
        }

        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    private static string Mutate(string text, Random random)
    {
        const string spice = "{}[]&*!|>'\"%@`:,-?#\t\n\0\\ ~<=\uFEFF\uD800é0a";
        var result = new StringBuilder(text);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(result.Length);
            var length = Math.Min(random.Next(1, 40), result.Length - at);
            _ = random.Next(5) switch
            {
                0 => result.Insert(at, spice[random.Next(spice.Length)]),
                1 => result.Remove(at, 1),
                2 => result.Remove(at, length),
                3 => result.Insert(random.Next(result.Length), result.ToString(at, length)),
                _ => result.Replace(result[at], spice[random.Next(spice.Length)], at, 1),
            };
            if (result.Length == 0)
                result.Append(' ');
        }

        return result.ToString();
    }
}
