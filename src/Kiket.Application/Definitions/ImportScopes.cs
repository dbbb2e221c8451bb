using Kiket.Application.Actions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Definitions;

/// <summary>
/// The scopes that an import requires beyond <c>workflows:write</c>: those of everything that the import creates, changes or
/// removes, and of the actions that will run in the organization's name.
/// </summary>
internal static class ImportScopes
{
    private static readonly Scope WriteIssues = new(Scope.Issues, ScopeActions.Write);

    /// <param name="touched">What the import creates, changes or removes, each with its kind: <c>workflow bug</c>.</param>
    /// <param name="pack">The pack that is imported.</param>
    public static IEnumerable<Scope> Of(IEnumerable<string> touched, DefinitionPack pack)
    {
        var things = touched
            .Select(t => t.Split(' ', 2))
            .Where(t => t.Length == 2)
            .Select(t => (Kind: t[0], Key: t[1]))
            .ToHashSet();
        foreach (var resource in things.Select(t => ResourceOf(t.Kind, t.Key)).OfType<string>().Distinct())
            yield return new(resource, ScopeActions.Write);

        var actions = pack
            .Workflows.Where(w => things.Contains(("workflow", w.Key)))
            .SelectMany(w => ActionsOf(w.Definition))
            .Concat(pack.Schema.Automations.Where(_ => things.Any(t => t.Kind == "automation")).SelectMany(a => a.Actions))
            .ToList();
        if (actions.Count > 0)
            yield return WriteIssues;
        if (actions.Exists(a => a.Kind is "webhook" || a.Kind.StartsWith(ActionRun.ExtensionPrefix, StringComparison.Ordinal)))
            yield return new(Scope.Webhooks, ScopeActions.Write);
    }

    /// <summary>Parts of workflows, and the project that changes with them, require only the scope of the route.</summary>
    private static string? ResourceOf(string kind, string key) =>
        kind switch
        {
            "issue_type" or "custom_field" or "template" => Scope.Projects,
            "file" when DefinitionPath.IsProject(key) => Scope.Projects,
            "issue" => Scope.Issues,
            "module" => Scope.CustomData,
            _ => null,
        };

    private static IEnumerable<WorkflowAction> ActionsOf(WorkflowDefinition workflow) =>
        workflow.States.SelectMany(s =>
            s.OnEnter.Concat(s.OnExit)
                .Concat(s.OnComplete)
                .Concat(s.Checklist?.OnComplete ?? [])
                .Concat(s.Sla.SelectMany(p => p.OnWarning.Concat(p.OnBreach)))
        );
}
