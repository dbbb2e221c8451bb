using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>
/// The domain describes changes in plain values; other projects convert them to JSON for events, rows and answers. The domain
/// knows JSON only as a form of input, and as attributes of the documents that hosts store.
/// </summary>
public sealed partial class DomainJsonTests
{
    /// <summary>The files that write or read JSON: input values, and typed ids in stored documents.</summary>
    private static readonly string[] Makers = ["Common/ITyped.cs", "Common/JsonValues.cs"];

    /// <summary>The files with input values in JSON, and what they are.</summary>
    private static readonly Dictionary<string, string> Given = new(StringComparer.Ordinal)
    {
        ["Common/JsonValues.cs"] = "any of them",
        ["Common/UnicodeText.cs"] = "the texts in any of them",
        ["CustomData/CustomModuleSchema.cs"] = "defaults of columns",
        ["CustomData/CustomRecord.cs"] = "columns of type json",
        ["CustomData/CustomValues.cs"] = "columns of type json",
        ["Extensions/Extension.cs"] = "configurations",
        ["Extensions/ExtensionAuditEntry.cs"] = "details of calls",
        ["Extensions/ExtensionManifest.cs"] = "manifests",
        ["Extensions/ExtensionReport.cs"] = "reports",
        ["Extensions/StoredValue.cs"] = "what extensions store",
        ["Issues/FieldType.cs"] = "values in definitions and actions",
        ["Issues/Issue.cs"] = "custom fields",
        ["Issues/IssueEdit.cs"] = "custom fields",
        ["Issues/IssueEvents.cs"] = "parameters of a trigger",
        ["Issues/IssueField.cs"] = "values in definitions and actions",
        ["Issues/IssueFields.cs"] = "values in definitions and actions",
        ["Issues/IssueTemplates.cs"] = "custom fields",
        ["Issues/LoggedIssue.cs"] = "custom fields",
        ["Projects/IssueTemplate.cs"] = "values that templates give",
        ["Projects/Project.cs"] = "settings",
        ["Projects/ProjectSchema.cs"] = "custom fields",
        ["Projects/ProjectSnapshot.cs"] = "settings",
        ["Workflows/Condition.cs"] = "values that conditions compare with",
        ["Workflows/FieldValue.cs"] = "values that conditions compare with",
        ["Workflows/StateRules.cs"] = "parameters of actions",
        ["Workflows/WorkflowFacts.cs"] = "custom fields",
    };

    [Fact]
    public void The_domain_makes_no_JSON() => Assert.Equal(Makers, FilesWith(Making()).Order(StringComparer.Ordinal));

    [Fact]
    public void The_domain_holds_JSON_only_where_people_give_it() =>
        Assert.Equal(Given.Keys.Order(StringComparer.Ordinal), FilesWith(Value()).Order(StringComparer.Ordinal));

    private static IEnumerable<string> FilesWith(Regex pattern)
    {
        var folder = Path.Combine(Sources.Root, "src", "Kiket.Domain");
        return Sources
            .Files(folder)
            .Where(file => pattern.IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'));
    }

    [GeneratedRegex(@"\b(?:JsonSerializer|JsonDocument|JsonNode|JsonObject|JsonArray|Utf8JsonReader|Utf8JsonWriter)\b")]
    private static partial Regex Making();

    [GeneratedRegex(@"\bJsonElement\b")]
    private static partial Regex Value();
}
