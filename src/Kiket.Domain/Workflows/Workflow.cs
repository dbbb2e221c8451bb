using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>One version of a project's workflow. Versions are never changed; an issue stays on the one it began with.</summary>
public sealed class Workflow : AggregateRoot<long>, IKeepsTexts
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = WorkflowDefinition.MaxNameLength;

    private Workflow() { }

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>Name in the definitions; the same for all versions.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Counts the versions of the same key from 1.</summary>
    public int Revision { get; private set; }

    /// <summary>Display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in the form in which it is sorted; see <see cref="SearchText.SortKey"/>.</summary>
    internal string SortKey { get; private set; } = "";

    /// <summary>States and transitions.</summary>
    public WorkflowDefinition Definition { get; private set; } = WorkflowDefinition.BuiltIn;

    /// <summary>The text it was read from, unchanged, or null for the built-in one.</summary>
    public string? Source { get; private set; }

    /// <summary>Publishes a version.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="key">Name in the definitions, 1 to 64 characters.</param>
    /// <param name="revision">1 for the first version, else one more than the last.</param>
    /// <param name="definition">States and transitions.</param>
    /// <param name="source">The text it was read from, or null.</param>
    /// <param name="at">Instant of publication.</param>
    /// <returns>The version, or <c>VALIDATION_ERROR</c> for the key or the revision.</returns>
    public static Result<Workflow> Publish(
        OrganizationId organizationId,
        ProjectId projectId,
        string key,
        int revision,
        WorkflowDefinition definition,
        string? source,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (UnicodeText.IsBlank(key) || UnicodeText.Length(key) > MaxKeyLength)
            return Error.Validation("key", $"The key of a workflow must have 1 to {MaxKeyLength} characters.");
        if (revision < 1)
            return Error.Validation("revision", "The revision must be 1 or more.");
        var workflow = new Workflow
        {
            OrganizationId = organizationId,
            ProjectId = projectId,
            Key = key,
            Revision = revision,
            Name = definition.Name,
            Definition = definition,
            Source = source,
        };
        workflow.CleanTexts();
        workflow.Created(at);
        return workflow;
    }

    /// <summary>Restores a workflow that a host has stored.</summary>
    /// <param name="snapshot">The snapshot from <see cref="ToSnapshot"/>.</param>
    public static Workflow Restore(WorkflowSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var workflow = new Workflow
        {
            ProjectId = snapshot.ProjectId,
            Key = snapshot.Key,
            Revision = snapshot.Revision,
            Name = snapshot.Name,
            Definition = snapshot.Definition,
            Source = snapshot.Source,
        };
        workflow.TakeStored(snapshot);
        workflow.SortKey = SearchText.SortKey(workflow.Name);
        return workflow;
    }

    /// <summary>Everything that a host must store. The events are in <see cref="AggregateRoot{TId}.DomainEvents"/>.</summary>
    public WorkflowSnapshot ToSnapshot() =>
        new()
        {
            Id = Id,
            OrganizationId = OrganizationId,
            ProjectId = ProjectId,
            Key = Key,
            Revision = Revision,
            Name = Name,
            Definition = Definition,
            Source = Source,
            Version = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    void IKeepsTexts.RefreshTexts() => CleanTexts();

    private void CleanTexts()
    {
        Name = UnicodeText.CleanName(Name);
        SortKey = SearchText.SortKey(Name);
    }
}
