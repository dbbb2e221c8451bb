using System.Text.RegularExpressions;
using Kiket.Application.Actions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Notifications;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

/// <summary>The reference <c>docs/workflows.md</c> against the readers and the actions.</summary>
public sealed partial class WorkflowReferenceTests
{
    private static readonly ReferencePage Page = new("workflows.md");

    /// <summary>The code that reads the parameters of actions.</summary>
    private static readonly string ActionCode = string.Concat(
        new[] { "ActionRun.cs", "ActionRun.Sending.cs", "ActionRecipients.cs" }.Select(file =>
            ReferencePage.Source("src", "Kiket.Application", "Actions", file)
        )
    );

    /// <summary>The states of examples, where they do not say otherwise.</summary>
    private static readonly string[] States = ["intake: { type: initial }", "review: {}", "signed: { type: final }"];

    public static TheoryData<string> Examples => [.. Page.Examples];

    /// <summary>All names of each action, and the code that runs it.</summary>
    public static TheoryData<string[], string> Actions =>
        [.. ActionArm().Matches(ActionCode).Select(m => (KeysIn(m.Groups["names"].Value), m.Groups["code"].Value))];

    /// <summary>Words of the code, and the section that lists them.</summary>
    public static TheoryData<string, string[]> Words =>
        new()
        {
            { "## States", [.. WireName.All<StateType>(), .. WireName.All<StateCategory>()] },
            { "## Conditions", [.. IssueFields.OfConditions, .. ConditionOperators.Known] },
            { "### People", [.. IssueFields.NamesFor(FieldUses.People), .. RoleNames.Lead, .. HeldRoles.Known] },
            { "### notify", [.. WireName.All<NotificationLevel>()] },
            { "### update_fields", [.. IssueFields.NamesFor(FieldUses.Actions)] },
            { "### webhook", [.. Word().Matches(Methods().Match(ActionCode).Value).Select(m => m.Value)] },
        };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Each_example_is_read_without_an_error_or_a_warning(string example)
    {
        var text = example;
        if (!Has("workflow"))
            text = $"workflow: {{ id: main, name: Main }}\n{text}";
        if (!Has("states"))
            text += $"states:\n  {string.Join("\n  ", States)}\n";
        if (!Has("transitions"))
        {
            text += "transitions:\n  - { from: intake, to: review }\n  - { from: review, to: signed }\n";
            foreach (var state in States.Where(s => !Regex.IsMatch(text, $"^  {s.Split(':')[0]}:", RegexOptions.Multiline)))
                text = text.Replace("states:\n", $"states:\n  {state}\n", StringComparison.Ordinal);
        }

        var read = Read((TypesPath, Types), (MainPath, text));

        Assert.False(read.IsRefused, string.Join('\n', read.Error?.Details.Select(d => $"{d.Field} {d.Message}") ?? []));
        Assert.Empty(read.Value.Warnings);
        Assert.All(ActionsOf(Assert.Single(read.Value.Workflows).Definition), AssertDescribed);

        bool Has(string key) => Regex.IsMatch(example, $"^{key}:", RegexOptions.Multiline);
    }

    [Fact]
    public void Each_key_that_the_readers_know_is_described()
    {
        var source = string.Concat(
            new[] { "WorkflowReader.cs", "RuleReader.cs" }.Select(file =>
                ReferencePage.Source("src", "Kiket.Infrastructure", "Definitions", file)
            )
        );

        var known = KeyList().Matches(source).SelectMany(m => KeysIn(m.Value)).Distinct().ToList();
        var missing = known.Where(key => !Regex.IsMatch(Page.Text, $@"\b{key}\b")).ToList();

        Assert.Contains("approval_chain", known);
        Assert.True(missing.Count == 0, string.Join(", ", missing));
    }

    [Theory]
    [MemberData(nameof(Actions))]
    public void The_parameters_of_an_action_are_those_that_it_reads(string[] names, string code)
    {
        var heading = $"### {names[0]}";

        Assert.All(names, name => Assert.Contains(name, Page.Section(heading), StringComparison.Ordinal));
        Assert.Equal(ParametersIn(code).Order(), Page.Keys(heading).Order());
    }

    [Fact]
    public void Each_action_has_a_section() =>
        Assert.Equal(
            Actions
                .Select(a => a.Data.Item1[0])
                .Append($"{ActionRun.ExtensionPrefix}…")
                .Append("People")
                .Append("Placeholders")
                .Order(),
            Heading().Matches(Page.Section("## Actions")).Select(m => m.Value).Order()
        );

    [Theory]
    [MemberData(nameof(Words))]
    public void Each_word_of_a_list_is_described(string section, string[] words)
    {
        Assert.NotEmpty(words);
        Assert.All(words, word => Assert.Contains($"`{word}`", Page.Section(section), StringComparison.Ordinal));
    }

    [Fact]
    public void The_filters_of_placeholders_are_those_that_run()
    {
        var list = FilterList().Match(ReferencePage.Source("src", "Kiket.Infrastructure", "Actions", "Placeholders.cs"));
        var section = Page.Section("### Placeholders");
        var described = section[section.IndexOf("filters", StringComparison.Ordinal)..].Split(". ")[0];

        Assert.Equal(
            Word().Matches(list.Groups["filters"].Value).Select(m => m.Value).Order(),
            Filter().Matches(described).Select(m => m.Value).Order()
        );
    }

    private static void AssertDescribed(WorkflowAction action)
    {
        if (action.Kind.StartsWith(ActionRun.ExtensionPrefix, StringComparison.Ordinal))
            return;
        var names = Actions.Select(a => a.Data.Item1).Single(names => names.Contains(action.Kind));
        var heading = $"### {names[0]}";
        if (!Page.Section(heading).Contains("| any other |", StringComparison.Ordinal))
            Assert.Subset(Page.Keys(heading).ToHashSet(), action.Parameters.EnumerateObject().Select(p => p.Name).ToHashSet());
    }

    private static IEnumerable<WorkflowAction> ActionsOf(WorkflowDefinition workflow) =>
        workflow.States.SelectMany(s =>
            s.OnEnter.Concat(s.OnExit)
                .Concat(s.OnComplete)
                .Concat(s.Checklist?.OnComplete ?? [])
                .Concat(s.Sla.SelectMany(p => p.OnWarning.Concat(p.OnBreach)))
        );

    /// <summary>The names under which code, and the methods to which it passes the parameters, reads them.</summary>
    private static HashSet<string> ParametersIn(string code)
    {
        HashSet<string> parameters = [.. ParameterList().Matches(code).SelectMany(m => KeysIn(m.Value))];
        foreach (var method in Called().Matches(code).Select(m => m.Value))
        {
            var body = Regex.Match(
                ActionCode,
                $@"^    (private|public) [^\n]*\b{method}\(.*?^    \}}",
                RegexOptions.Singleline | RegexOptions.Multiline
            );
            Assert.True(body.Success, method);
            parameters.UnionWith(ParametersIn(body.Value));
        }

        return parameters;
    }

    private static string[] KeysIn(string code) => [.. Key().Matches(code).Select(m => m.Value)];

    [GeneratedRegex(@"(?:RejectUnknown|RejectMisspelled|WarnAboutUnknown|file\.Root)\([^;]*;")]
    private static partial Regex KeyList();

    [GeneratedRegex("(?<=\")[a-z_]+(?=\")")]
    private static partial Regex Key();

    [GeneratedRegex(@"^ {12}(?<names>""[a-z_]+""(?: or ""[a-z_]+"")*) => (?<code>.*),$", RegexOptions.Multiline)]
    private static partial Regex ActionArm();

    [GeneratedRegex(
        @"Texts?Of\(\w+, ""[^)]*\)|TryGet(?:Value|Property)\(""\w+""|key is ""\w+""(?: or ""\w+"")*|own = \[[^\]]*\]"
    )]
    private static partial Regex ParameterList();

    [GeneratedRegex(@"\b(?!Texts?Of)\w+(?=\((?:given|action)\b)")]
    private static partial Regex Called();

    [GeneratedRegex(@"(?<=Methods = \[)[^\]]*")]
    private static partial Regex Methods();

    [GeneratedRegex(@"(?<=^### ).+$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\\s\*\n *\((?<filters>slugify[^)]*)\)")]
    private static partial Regex FilterList();

    [GeneratedRegex(@"(?<=`)[a-z_]{4,}(?=[`:])")]
    private static partial Regex Filter();

    [GeneratedRegex("[A-Za-z_]{3,}")]
    private static partial Regex Word();
}
