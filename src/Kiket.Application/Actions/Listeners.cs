using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>
/// Which projects and workflows react to events at all. Most do not, and then nothing else needs to be read. A version of a
/// workflow never changes, and a changed project has a new version, so the result is cached by version.
/// </summary>
internal sealed class Listeners(KnownWorkflows workflows)
{
    private const int MaxKnown = 10_000;

    private readonly BoundedCache<(ProjectId Id, int Version), bool> projects = new(MaxKnown);

    private readonly Func<DbContext, long, long, IAsyncEnumerable<Kind>> kinds = EF.CompileAsyncQuery(
        (DbContext db, long after, long last) =>
            (
                from logged in db.Set<LoggedEvent>()
                where logged.Sequence > after && logged.Sequence <= last && logged.IssueId != null
                join project in db.Set<Project>() on logged.ProjectId equals project.Id into projectsOf
                from project in projectsOf.DefaultIfEmpty()
                join issue in db.Set<Issue>() on logged.IssueId equals (IssueId?)issue.Id into issuesOf
                from issue in issuesOf.DefaultIfEmpty()
                select new Kind
                {
                    Name = logged.Name,
                    ProjectId = logged.ProjectId,
                    ProjectVersion = (int?)project.Version,
                    ProjectStatus = (ProjectStatus?)project.Status,
                    WorkflowId = (long?)issue.WorkflowId,
                }
            ).Distinct()
    );

    /// <summary>Whether any of the next events of the organization's log may cause reactions.</summary>
    /// <param name="after">Number of the last event before them.</param>
    /// <param name="last">Number of the last of them.</param>
    public async Task<bool> MayFollowAsync(IKiketDb db, long after, long last, CancellationToken ct)
    {
        foreach (var kind in await kinds((DbContext)db, after, last).ToListAsync(ct))
        {
            if (kind.ProjectVersion is not { } version)
                return true; // its reactions fail and report why
            if (kind.ProjectStatus is ProjectStatus.Archived || kind.WorkflowId is not { } workflow)
                continue;
            if (
                kind.Name == EventNames.WorkflowSlaStatus
                || await HasAutomationsAsync(db, kind.ProjectId, version, ct)
                || (await workflows.DefinitionOfAsync(db, workflow, ct)).States.Any(HasHooks)
            )
                return true;
        }

        return false;
    }

    private async Task<bool> HasAutomationsAsync(IKiketDb db, ProjectId id, int version, CancellationToken ct)
    {
        if (projects.TryGet((id, version), out var known))
            return known;
        var read = await db
            .Projects.AsNoTracking()
            .Where(p => p.Id == id)
            .Select(p => new { p.Version, p.Schema })
            .SingleAsync(ct);
        return projects.Keep((id, read.Version), read.Schema.Automations.Count > 0);
    }

    private static bool HasHooks(State state) =>
        state is not { OnEnter.Count: 0, OnExit.Count: 0, OnComplete.Count: 0 } || state.Checklist is { OnComplete.Count: > 0 };

    /// <summary>What some events have in common.</summary>
    private sealed record Kind
    {
        public required string Name { get; init; }

        public required ProjectId ProjectId { get; init; }

        /// <summary>Null when there is no such project.</summary>
        public required int? ProjectVersion { get; init; }

        public required ProjectStatus? ProjectStatus { get; init; }

        /// <summary>Null when the issue was deleted.</summary>
        public required long? WorkflowId { get; init; }
    }
}
