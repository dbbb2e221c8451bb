using System.Text.Json.Nodes;
using Kiket.Domain.Actions;
using Kiket.Infrastructure.Definitions;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

/// <summary>The reference <c>docs/packs.md</c> against the readers and the schemas.</summary>
public sealed class PackReferenceTests
{
    private static readonly ReferencePage Page = new("packs.md");

    [Fact]
    public void The_examples_form_a_pack_that_is_read_without_a_warning()
    {
        var workflow = new ReferencePage("workflows.md").Examples.First();
        var files = Page.Files.Append((".kiket/workflows/contract.yaml", workflow)).ToArray();

        var read = Read(files);

        Assert.Equal(Page.Examples.Count() + 1, files.Length);
        Assert.False(read.IsRefused, string.Join('\n', read.Error?.Details.Select(d => $"{d.Field} {d.Message}") ?? []));
        Assert.Empty(read.Value.Warnings);
        Assert.NotEmpty(read.Value.Seeds);
        Assert.NotEmpty(read.Value.SlaDefinitions);
        Assert.NotEmpty(Assert.Single(read.Value.Modules).Seeds);
        Assert.NotEmpty(read.Value.Schema.Templates);
        Assert.All(read.Value.Schema.Automations, a => Assert.Null(a.Hindrance));
    }

    [Theory]
    [InlineData("## project.yaml", "project")]
    [InlineData("## issue_types.yaml", "issue_types")]
    [InlineData("## Limits beside the workflows", "sla_definitions")]
    [InlineData("## Automations", "automation")]
    [InlineData("## Issue templates", "template")]
    [InlineData("## Custom data", "module")]
    [InlineData("## First records", "records")]
    public void Each_key_of_a_schema_is_described_once_and_no_other(string section, string schema) =>
        Assert.Equal(KeysOf($"{schema}.json").Except(["model_version"]).Order(), Page.Keys(section).Order());

    [Fact]
    public void The_fields_of_an_event_are_described() =>
        Assert.All(
            Automation.EventFields,
            f => Assert.Contains($"`{f}`", Page.Section("## Automations"), StringComparison.Ordinal)
        );

    /// <summary>
    /// Every key that a schema knows, after the maps that it is in. Each definition is followed where it is used first, as the
    /// page does; conditions and actions have a page of their own.
    /// </summary>
    private static SortedSet<string> KeysOf(string schema)
    {
        SortedSet<string> keys = [];
        HashSet<string> followed = ["common.json#/definitions/conditions", "common.json#/definitions/actions"];
        Queue<(JsonNode? Node, string File, string Place)> open = new([(Schema(schema), schema, "")]);
        while (open.TryDequeue(out var next))
        {
            var (node, file, place) = next;
            if (node is not JsonObject map)
                continue;
            if ((string?)map["$ref"] is { } reference)
            {
                var target = reference.StartsWith('#') ? file + reference : reference;
                if (followed.Add(target))
                    open.Enqueue((NodeAt(target), target.Split('#')[0], place));
            }

            foreach (var (key, value) in map["properties"]?.AsObject() ?? [])
            {
                keys.Add($"{place}{key}");
                open.Enqueue((value, file, $"{place}{key}."));
            }

            var items = new[] { map["items"], map["additionalProperties"] }
                .Concat(map["patternProperties"]?.AsObject().Select(p => p.Value) ?? [])
                .Concat(new[] { map["anyOf"], map["allOf"] }.SelectMany(list => list?.AsArray() ?? []));
            foreach (var item in items)
                open.Enqueue((item, file, place));
        }

        return keys;
    }

    private static JsonNode Schema(string file) => JsonNode.Parse(DefinitionSchemas.All[file])!;

    private static JsonNode NodeAt(string reference) =>
        reference
            .Split('#')[1]
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(Schema(reference.Split('#')[0]), (n, s) => n[s]!);
}
