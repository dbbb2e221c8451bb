using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Definitions;
using Kiket.Application.Tests.Definitions;
using Kiket.Domain.Actions;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.CustomData;
using Kiket.Infrastructure.Definitions;
using Kiket.Infrastructure.Yaml;
using NJsonSchema;

namespace Kiket.Api.Tests.Definitions;

/// <summary>The JSON Schemas of pack files against the readers.</summary>
[Trait("Database", "Sqlite")]
public sealed partial class DefinitionSchemaTests(KiketServer server)
{
    private static readonly DefinitionReader Reader = new();

    private static readonly string Repository = typeof(DefinitionSchemaTests)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    private static readonly string Folder = Path.Combine(Repository, "src", "Kiket.Infrastructure", "Definitions", "Schemas");

    private static readonly Dictionary<string, string> PathsOf = new()
    {
        ["workflow"] = SchemaPack.WorkflowPath,
        ["project"] = SchemaPack.ProjectPath,
        ["issue_types"] = SchemaPack.TypesPath,
        ["automation"] = SchemaPack.AutomationPath,
        ["sla_definitions"] = SchemaPack.LimitsPath,
        ["template"] = SchemaPack.TemplatePath,
        ["module"] = SchemaPack.ModulePath,
        ["records"] = SchemaPack.RecordsPath,
    };

    private static readonly Dictionary<string, JsonNode> Texts = Directory
        .EnumerateFiles(Folder)
        .ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => JsonNode.Parse(File.ReadAllText(f))!);

    private static readonly Dictionary<string, Task<JsonSchema>> Schemas = PathsOf.Keys.ToDictionary(
        name => name,
        name => JsonSchema.FromFileAsync(Path.Combine(Folder, $"{name}.json"))
    );

    public static TheoryData<string> Names => [.. PathsOf.Keys];

    /// <summary>Where each kind of map is in <see cref="SchemaPack"/>: a schema, its definition, and the path of a map.</summary>
    public static TheoryData<string, string, string> Maps =>
        new()
        {
            { "workflow", "", "" },
            { "workflow", "head", "workflow" },
            { "workflow", "state", "states/open" },
            { "workflow", "state/properties/metadata", "states/open/metadata" },
            { "workflow", "sla", "states/open/sla/0" },
            { "workflow", "checklist", "states/open/checklist" },
            { "workflow", "item", "states/open/checklist/items/0" },
            { "workflow", "stateApproval", "states/asked/approval" },
            { "workflow", "namedApprover", "states/asked/approval/approvers/0" },
            { "workflow", "transition", "transitions/0" },
            { "workflow", "transition/properties/metadata", "transitions/0/metadata" },
            { "workflow", "approval", "transitions/0/require_approval/0" },
            { "workflow", "messageMetadata", "transitions/0/require_approval/0/metadata" },
            { "workflow", "chain/anyOf/1", "transitions/1/approval_chain" },
            { "workflow", "level", "transitions/1/approval_chain/chain/0" },
            { "workflow", "assigned/anyOf/1", "transitions/1/approval_chain/chain/0/assignments/0" },
            { "workflow", "group", "transitions/1/approval_chain/chain/1/parallel/0" },
            { "common", "groupCondition", "states/asked/conditions" },
            { "project", "", "" },
            { "project", "/properties/project", "project" },
            { "project", "/properties/project/properties/team", "project/team" },
            { "project", "role", "project/team/roles/0" },
            { "project", "/properties/project/properties/extensions", "project/extensions" },
            { "project", "/properties/project/properties/seed_data", "project/seed_data" },
            { "common", "issueValues", "project/seed_data/issues/0" },
            { "issue_types", "", "" },
            { "issue_types", "type", "issue_types/0" },
            { "common", "customField", "custom_fields/size" },
            { "automation", "", "" },
            { "automation", "automation", "automations/0" },
            { "automation", "automation/properties/trigger/anyOf/1", "automations/0/trigger" },
            { "sla_definitions", "/anyOf/1", "" },
            { "sla_definitions", "limit", "sla_definitions/0" },
            { "template", "", "" },
            { "template", "template", "template" },
            { "module", "", "" },
            { "module", "module", "module" },
            { "module", "table", "tables/people" },
            { "module", "column", "tables/people/columns/name" },
            { "module", "index", "tables/people/indexes/0" },
            { "module", "permission", "permissions/0" },
            { "records", "", "" },
        };

    /// <summary>
    /// Maps that only the changed files compare: the keys of a condition depend on each other, and an action or an option may
    /// have any other key.
    /// </summary>
    private static readonly string[] ComparedByChanges =
    [
        "common/checklistCondition",
        "common/fieldCondition",
        "common/shortCondition",
        "common/actionWithParameters",
        "common/option",
        "project/seed/allOf/1", // only says that issueValues have a title here
    ];

    [Theory]
    [MemberData(nameof(Maps))]
    public void A_map_has_the_same_keys_in_the_schema_and_in_the_reader(string schema, string definition, string place)
    {
        var map = MapAt(schema, definition);
        var known = map["properties"]!.AsObject();
        var isClosed = (bool?)map["additionalProperties"] == false;
        var path = PathsOf.GetValueOrDefault(schema) ?? PathOfCommon(definition);
        var sample = Read(SchemaPack.Files[path])!;
        var target = NodeAt(sample, place).AsObject();
        var tried = AllKeys.Except(target.Select(p => p.Key)).Where(key => !IsOtherSpelling(key, target)).ToList();
        foreach (var key in tried)
            target[key] = null;

        var findings = FindingsOf(path, sample);

        var differences = tried.Where(key =>
        {
            var isError = findings.Errors.Any(IsAboutKey);
            var isWarning = findings.Warnings.Any(IsAboutKey);
            bool IsAboutKey(DefinitionNote note) =>
                note.Message.StartsWith($"The key '{key}' is not known here", StringComparison.Ordinal)
                && !note.Message.EndsWith("it belongs in workflow.", StringComparison.Ordinal); // known where workflow is an id
            return known[key] switch
            {
                null => isClosed ? !isError : !isError && !isWarning,
                var property when $"{property["$ref"]}".EndsWith("/ignored", StringComparison.Ordinal) => !isWarning,
                _ => isError || isWarning,
            };
        });
        Assert.Empty(differences);
    }

    [Fact]
    public void Each_map_of_the_schemas_is_compared()
    {
        var compared = Maps.Select(row => $"{row.Data.Item1}/{row.Data.Item2}".TrimEnd('/').Replace("//", "/")).ToList();
        var all = Texts
            .SelectMany(t => MapsIn(t.Value, t.Key))
            .Select(m => m.Replace("/definitions/", "/", StringComparison.Ordinal));

        Assert.Equal(compared.Concat(ComparedByChanges).Order(), all.Order());
    }

    [Fact]
    public void Each_key_that_the_readers_know_is_in_a_schema()
    {
        var sources = Directory
            .EnumerateFiles(Path.Combine(Folder, ".."), "*Reader.cs")
            .Append(Path.Combine(Folder, "..", "..", "CustomData", "CustomModuleReader.cs"))
            .Select(File.ReadAllText);

        var known = sources.SelectMany(s => KeyList().Matches(s)).SelectMany(m => Key().Matches(m.Value)).Select(m => m.Value);

        Assert.Empty(known.Distinct().Except(AllKeys));
    }

    /// <summary>
    /// Changes each value of a pack in many ways. What a schema refuses, the reader refuses; and what the reader refuses although
    /// a schema accepts it, no schema can express.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_changed_file_has_the_same_verdict_from_the_schema_and_the_reader(string name)
    {
        var (schema, path) = (await Schemas[name], PathsOf[name]);
        List<string> differences = [];
        var tried = 0;
        foreach (var (what, changed) in Changes(Read(SchemaPack.Files[path])!))
        {
            var refusals = schema.Validate(changed.ToJsonString()).Select(e => $"{e.Path}: {e.Kind}").ToList();
            var errors = ErrorsOf(path, changed);
            tried++;
            if (refusals.Count > 0 && errors.Count == 0)
                differences.Add($"{what}: only the schema refuses it: {refusals[0]}");
            else if (refusals.Count == 0 && errors.Find(e => !BeyondSchemas().IsMatch(e)) is { } error)
                differences.Add($"{what}: only the reader refuses it: {error}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {tried}:\n{string.Join('\n', differences)}");
        Assert.InRange(tried, 20, int.MaxValue);
    }

    [Theory]
    [InlineData("newsroom")]
    [InlineData("everything")]
    public async Task A_good_pack_fits_the_schemas(string pack)
    {
        foreach (var (path, text) in ExamplePack.FilesOf(pack))
            await AssertFitsAsync(path, text);
    }

    [Fact]
    public async Task The_examples_of_pack_files_fit_the_schemas()
    {
        var files = new ReferencePage("packs.md").Files.ToList();

        Assert.Equal(PathsOf.Keys.Except(["workflow"]).Count(), files.Count);
        foreach (var (path, text) in files)
            await AssertFitsAsync(path, text);
    }

    [Fact]
    public async Task The_examples_of_the_reference_fit_the_schema()
    {
        var schema = await Schemas["workflow"];
        foreach (var example in new ReferencePage("workflows.md").Examples)
        {
            var text = Read(example)!;
            text["workflow"] ??= "main";
            text["states"] ??= JsonNode.Parse("""{"intake": null}""");

            Assert.Empty(schema.Validate(text.ToJsonString()).Select(e => $"{e.Path}: {e.Kind}\n{example}"));
        }
    }

    [Fact]
    public void Closed_sets_of_words_are_those_of_the_code()
    {
        Assert.Equal(ConditionOperators.Known.Order(), Words("common", "definitions/operator/anyOf/0").Order());
        Assert.Equal(
            ConditionOperators.Known.Append("field").Order(),
            MapAt("common", "shortCondition")["properties"]!.AsObject().Select(p => p.Key).Order()
        );
        Assert.Equal(WireName.All<IssuePriority>(), Words("common", "definitions/priority/anyOf/0"));
        Assert.Equal(
            WireName.All<CustomFieldType>().Concat(IssueTypesReader.Synonyms.Keys).Order(),
            Words("common", "definitions/customFieldType/anyOf/0").Order()
        );
        Assert.Equal(WireName.All<StateType>(), Words("workflow", "definitions/state/properties/type/anyOf/0"));
        Assert.Equal(WireName.All<StateCategory>(), Words("workflow", "definitions/state/properties/category/anyOf/0"));
        Assert.Equal(WireName.All<ChecklistMode>(), Words("workflow", "definitions/checklist/properties/required_mode/anyOf/0"));
        Assert.Equal(WireName.All<ChecklistCheck>(), Words("workflow", "definitions/item/properties/check_type/anyOf/0"));
        Assert.Equal(WireName.All<ApproverKind>(), Words("workflow", "definitions/approverType/anyOf/0"));
        Assert.Equal(
            Automation.KnownEvents.Concat(AutomationReader.Unavailable).Order(),
            Words("automation", "definitions/event").Order()
        );

        static IEnumerable<string> Words(string schema, string place) =>
            NodeAt(Texts[schema], place)["enum"]!.AsArray().Select(word => (string)word!);
    }

    [Fact]
    public async Task Anybody_can_read_a_schema_and_keep_it()
    {
        var client = server.NewClient();

        foreach (var name in Texts.Keys)
        {
            var answer = await client.GetAsync($"/schemas/{name}.json");

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/schema+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal(TimeSpan.FromHours(1), answer.Headers.CacheControl?.MaxAge);
            Assert.Equal(
                await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.json")),
                await answer.Content.ReadAsStringAsync()
            );
            var again = await client.SendAsync(
                new(HttpMethod.Get, $"/schemas/{name}.json") { Headers = { IfNoneMatch = { answer.Headers.ETag! } } }
            );
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }
    }

    [Theory]
    [InlineData("/schemas/nothing.json")]
    [InlineData("/schemas/workflow")]
    [InlineData("/schemas/..%2Fappsettings.json")]
    public async Task There_are_no_other_schemas(string address) =>
        Assert.Equal(HttpStatusCode.NotFound, (await server.NewClient().GetAsync(address)).StatusCode);

    private static async Task AssertFitsAsync(string path, string text)
    {
        Func<string, bool>[] kinds =
        [
            DefinitionPath.IsWorkflow,
            DefinitionPath.IsProject,
            DefinitionPath.IsAutomation,
            DefinitionPath.IsSlaDefinitions,
            DefinitionPath.IsTemplate,
            DefinitionPath.IsModule,
            DefinitionPath.IsModuleSeed,
            p => DefinitionPath.Stem(p) is "issue_types",
        ];
        var schema = await Schemas[PathsOf.Single(p => kinds.Any(isKind => isKind(path) && isKind(p.Value))).Key];

        Assert.Empty(schema.Validate(Read(text)!.ToJsonString()).Select(e => $"{path} {e.Path}: {e.Kind}"));
    }

    /// <summary>Every key of every map, and one that nobody knows.</summary>
    private static List<string> AllKeys { get; } =
    [
        .. Texts
            .SelectMany(t => MapsIn(t.Value, "").Select(place => NodeAt(t.Value, place)["properties"]!.AsObject()))
            .SelectMany(properties => properties.Select(p => p.Key))
            .Append("nonsense")
            .Distinct(),
    ];

    /// <summary>Of two spellings of one key, the reader knows only the one that is there.</summary>
    private static bool IsOtherSpelling(string key, JsonObject map) => key is "conditions" && map.ContainsKey("condition");

    private static string PathOfCommon(string definition) =>
        definition switch
        {
            "issueValues" => SchemaPack.ProjectPath,
            "customField" => SchemaPack.TypesPath,
            _ => SchemaPack.WorkflowPath,
        };

    private static JsonNode MapAt(string schema, string definition) =>
        NodeAt(Texts[schema], definition is "" or ['/', ..] ? definition.TrimStart('/') : $"definitions/{definition}");

    private static JsonNode NodeAt(JsonNode root, string place) =>
        place
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(root, (node, step) => (node is JsonArray list ? list[int.Parse(step)] : node[step])!);

    /// <summary>The places of all schemas with properties.</summary>
    private static IEnumerable<string> MapsIn(JsonNode? node, string place)
    {
        if (
            node is JsonObject schema
            && schema["properties"] is JsonObject
            && !place.EndsWith("/properties", StringComparison.Ordinal)
        )
            yield return place;
        var parts = node switch
        {
            JsonObject map => map.Select(p => (p.Key, p.Value)),
            JsonArray list => list.Select((item, i) => (Key: $"{i}", Value: item)),
            _ => [],
        };
        foreach (var inner in parts.SelectMany(p => MapsIn(p.Value, $"{place}/{p.Key}")))
            yield return inner;
    }

    private static JsonNode? Read(string yaml) => JsonNode.Parse(FileReading.ToJson(YamlTree.Read(yaml).Root!).GetRawText());

    /// <summary>What the reader of a file says about its keys. JSON is YAML, too.</summary>
    private static Findings FindingsOf(string path, JsonNode file)
    {
        var findings = new Findings();
        var text = file.ToJsonString();
        var reading = new FileReading(new(path, text), YamlTree.Read(text).Root, findings);
        object? read = path switch
        {
            SchemaPack.WorkflowPath => WorkflowReader.Read(reading),
            SchemaPack.ProjectPath => ProjectReader.Read(reading),
            SchemaPack.TypesPath => IssueTypesReader.Read(reading),
            SchemaPack.AutomationPath => AutomationReader.Read(reading, "all", null),
            SchemaPack.LimitsPath => SlaDefinitionsReader.Read(reading),
            SchemaPack.TemplatePath => TemplateReader.Read(reading, "plain"),
            SchemaPack.ModulePath => CustomModuleReading.Read(reading),
            _ => null,
        };
        foreach (var warning in read is null ? ReadPack(path, file).Value.Warnings : [])
            findings.Warn(warning);
        return findings;
    }

    /// <summary>Why a file is refused.</summary>
    private static List<string> ErrorsOf(string path, JsonNode file) =>
        [.. (ReadPack(path, file).Error?.Details ?? []).Where(d => d.File == path).Select(d => d.Message)];

    /// <summary>Reads a file alone; records with their module.</summary>
    private static Result<DefinitionPack> ReadPack(string path, JsonNode file)
    {
        var module = new DefinitionText(SchemaPack.ModulePath, SchemaPack.Files[SchemaPack.ModulePath]);
        var changed = new DefinitionText(path, file.ToJsonString());
        return Reader.Read(path is SchemaPack.RecordsPath ? [module, changed] : [changed], "LEGAL", null);
    }

    /// <summary>The file with one value removed or replaced, each in turn.</summary>
    private static IEnumerable<(string What, JsonNode Changed)> Changes(JsonNode file)
    {
        foreach (var place in PlacesIn(file, ""))
        {
            var removed = file.DeepClone();
            var (parent, key) = (NodeAt(removed, place[..place.LastIndexOf('/')]), place[(place.LastIndexOf('/') + 1)..]);
            if (parent is JsonObject map)
                map.Remove(key);
            else
                parent.AsArray().RemoveAt(int.Parse(key));
            yield return ($"{place} removed", removed);
            foreach (var other in (string[])["null", "\"zzz\"", "true", "[\"zzz\"]", "{}"])
            {
                var changed = file.DeepClone();
                NodeAt(changed, place).ReplaceWith(JsonNode.Parse(other));
                yield return ($"{place} = {other}", changed);
            }
        }
    }

    private static IEnumerable<string> PlacesIn(JsonNode node, string place) =>
        node switch
        {
            JsonObject map => map.Where(p => p.Value is not null)
                .SelectMany(p => PlacesIn(p.Value!, $"{place}/{p.Key}").Prepend($"{place}/{p.Key}")),
            JsonArray list => list.SelectMany((item, i) => PlacesIn(item!, $"{place}/{i}").Prepend($"{place}/{i}")),
            _ => [],
        };

    /// <summary>Errors that need another place of the file, another file or the order of things.</summary>
    [GeneratedRegex(
        "is not a state of this workflow|which no state has|There is no |does not exist|has no table|at least one table"
            + "|The default is not valid|is not a valid custom field key"
    )]
    private static partial Regex BeyondSchemas();

    [GeneratedRegex(@"(?:RejectUnknown|RejectMisspelled|WarnAboutUnknown|file\.Root)\([^;]*;")]
    private static partial Regex KeyList();

    [GeneratedRegex("(?<=\")[a-z_]+(?=\")")]
    private static partial Regex Key();
}
