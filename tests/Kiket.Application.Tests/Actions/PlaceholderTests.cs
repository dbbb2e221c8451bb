using Kiket.Infrastructure.Actions;
using Microsoft.Extensions.Configuration;

namespace Kiket.Application.Tests.Actions;

public sealed class PlaceholderTests
{
    private static readonly Placeholders Placeholders = new(
        new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Environment:HOOK"] = "https://hooks.example.com/1" })
            .Build()
            .GetSection("Environment")
    );

    private static readonly Dictionary<string, object?> Document = new()
    {
        ["issue"] = new Dictionary<string, object?>
        {
            ["id"] = 42L,
            ["title"] = "Über Größe & Co: {{issue.id}} ${issue.id}",
            ["labels"] = new List<string> { "a", "b" },
            ["story_points"] = 2.7m,
            ["assignee"] = null,
            ["custom_fields"] = new Dictionary<string, object?>
            {
                ["severity"] = "P1",
                ["deep"] = new Dictionary<string, object?> { ["er"] = true },
            },
        },
    };

    [Theory]
    [InlineData("#${issue.id} and {{issue.id}}", "#42 and 42")]
    [InlineData("{{ issue.custom_fields.severity }}/${ issue.custom_fields.deep.er }", "P1/true")]
    [InlineData("${issue.labels[1]} {{issue.labels | join: \"-\"}} {{ issue.labels | size }}", "b a-b 2")]
    [InlineData("fix/${issue.id}-${issue.title | slugify}", "fix/42-uber-große-co-issue-id-issue-id")]
    [InlineData("{{issue.custom_fields.severity | downcase | prepend: 'x' | append: \"y\"}}", "xp1y")]
    [InlineData("{{issue.story_points | round}} ${issue.story_points}", "3 2.7")]
    [InlineData("{{issue.assignee}}|${issue.assignee | default: 'nobody'}|{{nothing.at.all}}", "|nobody|")]
    [InlineData("${env.HOOK}${env.hook}${env.PATH}${env.HOME}", "https://hooks.example.com/1https://hooks.example.com/1")]
    public void Both_forms_are_filled_from_the_document(string text, string expected) =>
        Assert.Equal(expected, Placeholders.Fill(text, Document));

    [Fact]
    public void What_is_filled_in_is_never_read_again() =>
        Assert.Equal("Über Größe & Co: {{issue.id}} ${issue.id}!", Placeholders.Fill("{{issue.title}}!", Document));

    [Theory]
    [InlineData("{% for i in (1..1000000000) %}x{% endfor %}")]
    [InlineData("{{ (1..1000000000) | join: 'x' }}")]
    [InlineData("{{ issue.id | times: 9999999999 }}")]
    [InlineData("{{ issue.title | replace: 'a', 'aaaaaaaa' }}")]
    [InlineData("{{ issue | json }}")]
    [InlineData("{{ issue['title'] }}")]
    [InlineData("{{ 'a' | append: 'b' }}")]
    [InlineData("${issue.id + 1} ${} {{}} {{ }} ${{issue.id}}")]
    [InlineData("{{ include 'x' }}{{ issue.id; }}")]
    public void Anything_but_a_plain_placeholder_stays_as_it_is(string text)
    {
        var filled = Placeholders.Fill(text, Document);

        Assert.True(filled == text || filled == text.Replace("{{issue.id}}", "42", StringComparison.Ordinal), filled);
    }

    [Fact]
    public void Neither_a_long_chain_of_filters_nor_a_long_expression_is_run()
    {
        var chain = $"{{{{ issue.title {string.Concat(Enumerable.Repeat("| upcase ", 6))}}}}}";
        var name = $"{{{{ issue.{new string('a', 600)} }}}}";

        Assert.Equal(chain, Placeholders.Fill(chain, Document));
        Assert.Equal(name, Placeholders.Fill(name, Document));
    }

    [Fact]
    public void The_result_is_bounded_however_often_and_however_much_is_filled_in()
    {
        Dictionary<string, object?> large = new()
        {
            ["issue"] = new Dictionary<string, object?> { ["text"] = new string('x', 1_000_000) },
        };

        Assert.Equal(10_000, Placeholders.Fill("{{issue.text}}", large).Length);
        Assert.Equal(65_536, Placeholders.Fill(string.Concat(Enumerable.Repeat("{{issue.text}}", 10_000)), large).Length);
    }

    [Fact]
    public void A_text_made_to_confuse_the_search_for_placeholders_takes_negligible_time()
    {
        var hostile =
            string.Concat(Enumerable.Repeat("{{ issue.a | append: \"", 3_000)) + string.Concat(Enumerable.Repeat("${", 30_000));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var filled = Placeholders.Fill(hostile, Document);

        Assert.Equal(hostile[..Math.Min(hostile.Length, 65_536)], filled);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10)); // only to end a test that hangs
    }
}
