using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>
/// A <see cref="Workflow"/> as a host stores it.
/// </summary>
public sealed record WorkflowSnapshot : IAggregateSnapshot<long>
{
    /// <summary>Id in the host's store, positive; 0 before it has one.</summary>
    public required long Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The project.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>Name in the definitions; the same for all versions.</summary>
    public required string Key { get; init; }

    /// <summary>Counts the versions of the same key from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>States and transitions.</summary>
    public required WorkflowDefinition Definition { get; init; }

    /// <summary>The text it was read from, unchanged, or null for the built-in one.</summary>
    public string? Source { get; init; }

    /// <summary>Counts the changes from 1; a host saves only over the version that it loaded.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
