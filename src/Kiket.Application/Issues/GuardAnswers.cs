using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Domain.Issues;

namespace Kiket.Application.Issues;

/// <summary>
/// The verdicts of a project's guards on the requested transition, asked for before the database transaction started: an input
/// of the decision.
/// </summary>
internal sealed class GuardAnswers
{
    private IReadOnlyList<GuardVerdict> verdicts = [];

    /// <summary>Key of the state that the verdicts are about; null when no guard was asked.</summary>
    private StateKey? askedAbout;

    /// <summary>The version of the issue when it was prepared; null when nobody guards its project.</summary>
    private int? version;

    /// <summary>Key of the state that guards must be asked about, although the workflow seemed to reject the move.</summary>
    internal StateKey? Missing { get; private set; }

    /// <summary>Whether an extension is notified of the move without deciding about it.</summary>
    internal bool IsAnnounced { get; private set; }

    /// <summary>The move needs no answer.</summary>
    internal void NotNeeded(bool isAnnounced) => (version, askedAbout, verdicts, IsAnnounced) = (null, null, [], isAnnounced);

    /// <summary>No guard was asked, because the workflow refuses the move of the issue as it is.</summary>
    internal void NotAsked(Issue issue, bool isAnnounced) =>
        (version, askedAbout, verdicts, IsAnnounced) = (issue.Version, null, [], isAnnounced);

    /// <summary>Stores the guards' verdicts on the move of an issue into a state.</summary>
    internal void Take(Issue issue, StateKey to, IReadOnlyList<GuardVerdict> said, bool isAnnounced) =>
        (version, askedAbout, verdicts, IsAnnounced) = (issue.Version, to, said, isAnnounced);

    /// <summary>The guards' verdicts on the move into a state.</summary>
    internal IReadOnlyList<GuardVerdict> About(StateKey to) => askedAbout == to ? verdicts : [];

    /// <summary>Checks that the issue, as loaded, is still the one that was prepared.</summary>
    /// <exception cref="OutdatedPreparationException">It has changed since.</exception>
    internal void EnsureCurrent(Issue issue)
    {
        if (version is { } prepared && prepared != issue.Version)
            throw new OutdatedPreparationException($"{issue.Key} changed while its guards were asked. Try again.");
    }

    /// <summary>Checks that no issue moves into a state without its guards.</summary>
    /// <exception cref="OutdatedPreparationException">They were not asked about this move.</exception>
    internal void EnsureAsked(Issue issue, StateKey to)
    {
        if (version is null || askedAbout == to)
            return;
        Missing = to;
        throw new OutdatedPreparationException($"{issue.Key} changed before its guards were asked. Try again.");
    }
}
