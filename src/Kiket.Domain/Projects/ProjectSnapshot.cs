using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Projects;

/// <summary>
/// A <see cref="Project"/> as a host stores it.
/// </summary>
public sealed record ProjectSnapshot : IAggregateSnapshot<ProjectId>
{
    /// <summary>Id in the host's store, positive; 0 before it has one.</summary>
    public required ProjectId Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>First part of its issues' keys; unique in the organization and never changed.</summary>
    public required string Key { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is about, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it is worked on.</summary>
    public required ProjectStatus Status { get; init; }

    /// <summary>Who sees it.</summary>
    [JsonInclude]
    internal ProjectVisibility Visibility { get; init; }

    /// <summary>Address of its repository, or null.</summary>
    public string? GithubRepoUrl { get; init; }

    /// <summary>First day, or null.</summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>Last day, or null.</summary>
    public DateOnly? EndDate { get; init; }

    /// <summary>Whether workflows follow the repository.</summary>
    public required bool WorkflowSyncEnabled { get; init; }

    /// <summary>Whether boards are made from workflows.</summary>
    public required bool WorkflowAutoBoards { get; init; }

    /// <summary>Free settings: one JSON object.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Settings { get; init; }

    /// <summary>The user who leads it, or null.</summary>
    public UserId? LeadId { get; init; }

    /// <summary>Number of the newest issue, 0 when there is none.</summary>
    public required int LastIssueNumber { get; init; }

    /// <summary>What its issues can be.</summary>
    public required ProjectSchema Schema { get; init; }

    /// <summary>
    /// The limits on the time in states that are defined beside its workflows, in the order of its definitions.
    /// </summary>
    [JsonInclude]
    internal IReadOnlyList<SlaDefinition> SlaDefinitions { get; init; } = [];

    /// <summary>Counts the changes from 1; a host saves only over the version that it loaded.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
