using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>Where an issue begins.</summary>
public sealed record IssueStart
{
    /// <summary>Key of the state to begin in, or null for the initial one. By default null.</summary>
    public StateKey? Status { get; init; }

    /// <summary>Whether the issue may begin in another state than the initial one. By default true.</summary>
    public bool MayChooseState { get; init; } = true;

    /// <summary>
    /// How many issues of the project are in that state, which counts only if the state has a limit. By default 0.
    /// </summary>
    public int IssuesInState { get; init; }

    /// <summary>Whether required custom fields may be missing, as in issues that are imported. By default false.</summary>
    public bool MayLackCustomFields { get; init; }

    /// <summary>The issue that <see cref="IssueEdit.ParentId"/> names, or null. By default null.</summary>
    public Issue? Parent { get; init; }
}
