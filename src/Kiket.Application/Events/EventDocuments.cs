using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Events;

/// <summary>Converts log entries to documents: facts as of the event, names of people and things as of now.</summary>
internal static class EventDocuments
{
    /// <summary>Reads everything that entries of one organization refer to, with a fixed number of statements.</summary>
    public static async Task<IReadOnlyList<EventDto>> ToDocumentsAsync(
        this IKiketDb db,
        IReadOnlyList<LoggedEvent> events,
        PublicUrl url,
        CancellationToken ct
    )
    {
        if (events.Count == 0)
            return [];
        var issues = events.Select(e => e.Facts.Issue).OfType<LoggedIssue>().ToList();
        List<UserId> users =
        [
            .. events
                .SelectMany(e => new[] { e.ActorId, e.Facts.CommentAuthorId ?? default })
                .Concat(issues.SelectMany(i => new[] { i.ReporterId, i.AssigneeId ?? default }))
                .Distinct(),
        ];
        List<ProjectId> projects = [.. events.Select(e => e.ProjectId).Distinct()];
        List<long> workflows = [.. issues.Select(i => i.WorkflowId).Distinct()];
        List<IssueId> parents = [.. issues.Select(i => i.ParentId).OfType<IssueId>().Distinct()];
        var id = events[0].OrganizationId;

        var names = new Names(
            await db
                .Organizations.Where(o => o.Id == id)
                .Select(o => new EventOrganization(o.Id, o.Slug, o.Name))
                .SingleAsync(ct),
            await db
                .Projects.Where(p => projects.Contains(p.Id))
                .Select(p => new
                {
                    p.Id,
                    p.Key,
                    p.Name,
                })
                .ToDictionaryAsync(p => p.Id, p => new EventProject(p.Id, p.Key, p.Key.ToLowerInvariant(), p.Name), ct),
            await db
                .Users.Where(u => users.Contains(u.Id))
                .Select(u => new UserSummary(u.Id, u.Name, u.Email))
                .ToDictionaryAsync(u => u.Id, ct),
            await db
                .Workflows.Where(w => workflows.Contains(w.Id))
                .Select(w => new
                {
                    w.Id,
                    w.Key,
                    w.Revision,
                })
                .ToDictionaryAsync(w => w.Id, w => (w.Key, w.Revision), ct),
            parents.Count == 0
                ? []
                : await db
                    .Issues.IgnoreQueryFilters([IKiketDb.NotDeletedFilter])
                    .Where(i => parents.Contains(i.Id))
                    .Select(i => new { i.Id, i.Key })
                    .ToDictionaryAsync(i => i.Id, i => i.Key, ct)
        );
        return [.. events.Select(e => Document(e, names, url))];
    }

    private static EventDto Document(LoggedEvent e, Names names, PublicUrl url)
    {
        var actor = names.Users[e.ActorId];
        var project = names.Projects[e.ProjectId];
        return new EventDto
        {
            Id = e.EventId,
            Sequence = e.Sequence,
            Event = e.Name,
            Trace = e.Facts.Trace,
            EventType = e.Name[(e.Name.LastIndexOf('.') + 1)..],
            Timestamp = e.OccurredAt,
            OrganizationId = e.OrganizationId,
            ProjectId = e.ProjectId,
            IssueId = e.IssueId,
            PreviousStatus = e.Name is EventNames.IssueStatusChanged or EventNames.IssueClosed ? e.Facts.From : null,
            Issue = e.Facts.Issue is { } issue ? IssueOf(e, issue, project, names, url) : null,
            Transition = e.Facts is { From: { } from, To: { } to } ? new(from, to, actor.Email) : null,
            Comment = e is { CommentId: { } comment, IssueId: { } about } ? CommentOf(e, comment, about, names) : null,
            Changes = e.Facts.Changes,
            Actor = actor,
            Cause = e.Cause,
            Project = project,
            Organization = names.Organization,
            More = new(e.Facts.More, StringComparer.Ordinal),
        };
    }

    /// <summary>
    /// Entries from before comments could be changed have neither author nor instant; both are taken from the event.
    /// </summary>
    private static EventComment CommentOf(LoggedEvent e, long comment, IssueId issue, Names names) =>
        new(
            comment,
            issue,
            e.Facts.Comment ?? "",
            names.Users[e.Facts.CommentAuthorId ?? e.ActorId],
            e.Facts.CommentCreatedAt ?? e.OccurredAt
        );

    private static IssueDto IssueOf(LoggedEvent e, LoggedIssue issue, EventProject project, Names names, PublicUrl url)
    {
        var (workflow, version) = names.Workflows[issue.WorkflowId];
        return issue.ToDto(
            url,
            new()
            {
                Id = e.IssueId!.Value,
                ProjectId = e.ProjectId,
                ProjectKey = project.Key,
                OrganizationId = e.OrganizationId,
                Workflow = workflow,
                WorkflowVersion = version,
                Assignee = issue.AssigneeId is { } assignee ? names.Users.GetValueOrDefault(assignee) : null,
                Reporter = names.Users[issue.ReporterId],
                ParentKey = issue.ParentId is { } parent ? names.Parents.GetValueOrDefault(parent) : null,
            }
        );
    }

    private sealed record Names(
        EventOrganization Organization,
        IReadOnlyDictionary<ProjectId, EventProject> Projects,
        IReadOnlyDictionary<UserId, UserSummary> Users,
        IReadOnlyDictionary<long, (string Key, int Revision)> Workflows,
        IReadOnlyDictionary<IssueId, string> Parents
    );
}
