using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Capacity;

/// <summary>Reassigns issues: all of them or none, or, with <c>Partial</c>, as many as possible.</summary>
/// <param name="Reassignments">Who gets what.</param>
/// <param name="RecommendationIds">Further reassignments, as recommendations.</param>
/// <param name="Partial">Whether to reassign what is possible even if some reassignments are rejected.</param>
/// <param name="DryRun">Whether to report what would happen without changing anything.</param>
internal sealed record ReassignIssuesCommand(
    IReadOnlyList<Reassignment> Reassignments,
    IReadOnlyList<string> RecommendationIds,
    bool Partial,
    bool DryRun
) : ICommand<Result<ReassignedIssues>>, IRehearsable;

/// <param name="Version">The version of the issue that the caller has seen, or null to accept any version.</param>
internal sealed record Reassignment(IssueId IssueId, UserId ToUserId, int? Version);

/// <param name="Reassigned">The issues as they are now, or would be.</param>
/// <param name="Failed">The rejected reassignments; only with <c>partial</c>.</param>
internal sealed record ReassignedIssues(
    IReadOnlyList<IssueDto> Reassigned,
    IReadOnlyList<FailedReassignment> Failed,
    bool DryRun
);

internal sealed record FailedReassignment(IssueId IssueId, string Code, string Message);

internal sealed class ReassignIssuesValidator : AbstractValidator<ReassignIssuesCommand>
{
    private const int MaxReassignments = 200;

    public ReassignIssuesValidator()
    {
        RuleFor(c => c.RecommendationIds)
            .Must(ids => ids.All(id => RecommendationId.TryParse(id, out _)))
            .OverridePropertyName("recommendation_ids")
            .WithMessage("A recommendation id must be given exactly as it was returned.");
        RuleFor(c => c)
            .Must(c => c.Reassignments.Count + c.RecommendationIds.Count is > 0 and <= MaxReassignments)
            .OverridePropertyName("reassignments")
            .WithMessage($"A request can reassign 1 to {MaxReassignments} issues.");
        RuleFor(c => c)
            .Must(c =>
                ReassignIssuesHandler.AllOf(c).DistinctBy(r => r.IssueId).Count()
                == c.Reassignments.Count + c.RecommendationIds.Count
            )
            .OverridePropertyName("reassignments")
            .WithMessage("An issue can be listed only once.")
            .When(c => c.RecommendationIds.All(id => RecommendationId.TryParse(id, out _)));
    }
}

internal sealed class ReassignIssuesHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    PublicUrl url,
    TimeProvider time
) : ICommandHandler<ReassignIssuesCommand, Result<ReassignedIssues>>
{
    internal static IEnumerable<Reassignment> AllOf(ReassignIssuesCommand command) =>
        command.Reassignments.Concat(
            command.RecommendationIds.Select(text =>
                RecommendationId.TryParse(text, out var id)
                    ? new Reassignment(id.IssueId, id.ToUserId, id.Version)
                    : throw new ArgumentException($"{text} is not a recommendation.", nameof(command))
            )
        );

    public async Task<Result<ReassignedIssues>> Handle(ReassignIssuesCommand command, CancellationToken ct)
    {
        var (all, actor, now) = (AllOf(command).ToList(), current.Actor, time.GetUtcNow());
        var (issueIds, userIds) = (all.Select(r => r.IssueId).ToList(), all.Select(r => r.ToUserId).Distinct().ToList());
        var people = await ProjectPeople.ReadAsync(db, userIds, ct);
        var found = await db
            .Issues.Where(i => issueIds.Contains(i.Id))
            .Join(db.Projects, i => i.ProjectId, p => p.Id, (issue, project) => new { Issue = issue, Project = project })
            .Select(x => new
            {
                x.Issue,
                x.Project,
                Role = ProjectRoles.RoleOf.Of(db.ProjectMembers, x.Project.Id, actor.UserId),
            })
            .Inlined()
            .ToDictionaryAsync(x => x.Issue.Id, ct);

        List<(Reassignment Reassignment, Error Error)> failures = [];
        foreach (var reassignment in all)
        {
            var refused = found.TryGetValue(reassignment.IssueId, out var row)
                ? Reassign(
                    reassignment,
                    row.Issue,
                    row.Project,
                    ProjectPolicy.AccessOf(actor, row.Project.Visibility, row.Project.LeadId, row.Role),
                    people,
                    actor.UserId,
                    now
                )
                : IssueErrors.NotFound(IssueRef.Of(reassignment.IssueId));
            if (refused.Error is { } error)
                failures.Add((reassignment, error));
        }

        if (failures.Count > 0 && !command.Partial)
            return RefusalOf(failures, all);
        await work.FlushAsync(ct); // the answer shows the issues as they are now

        var done = issueIds.Except(failures.Select(f => f.Reassignment.IssueId)).ToList();
        var issues = await db.Issues.Where(i => done.Contains(i.Id)).ToDto(db, url).ToDictionaryAsync(i => i.Id, ct);
        return new ReassignedIssues(
            [.. done.Select(id => issues[id])],
            [.. failures.Select(f => new FailedReassignment(f.Reassignment.IssueId, f.Error.Code, f.Error.Message))],
            command.DryRun
        );
    }

    private static Result Reassign(
        Reassignment reassignment,
        Issue issue,
        Project project,
        ProjectAccess access,
        ProjectPeople people,
        UserId actorId,
        DateTimeOffset now
    )
    {
        if (access is ProjectAccess.None)
            return IssueErrors.NotFound(IssueRef.Of(issue.Id));
        if (access < ProjectAccess.Write)
            return ProjectErrors.Forbidden(project.Key, ProjectAccess.Write);
        if (project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);
        if (reassignment.Version is { } seen && seen != issue.Version)
            return new Error(
                ErrorKind.Conflict,
                ErrorCodes.Conflict,
                $"{issue.Key} has changed: it is at version {issue.Version}, not {seen}."
            );
        if (reassignment.ToUserId == issue.AssigneeId)
            return Result.Success;
        var error =
            people.RefusalOf(reassignment.ToUserId, project, IssueErrors.AssigneeField)
            ?? people.PendingRefusalOf(reassignment.ToUserId, IssueErrors.AssigneeField);
        return error ?? issue.Edit(new() { AssigneeId = reassignment.ToUserId }, project.Schema, actorId, now);
    }

    /// <summary>A changed issue takes precedence over other errors: the caller must request new recommendations.</summary>
    private static Error RefusalOf(List<(Reassignment Reassignment, Error Error)> failures, List<Reassignment> all)
    {
        var first = failures.Select(f => f.Error).FirstOrDefault(e => e.Kind is ErrorKind.Conflict) ?? failures[0].Error;
        return first with
        {
            Message =
                failures.Count == 1
                    ? first.Message
                    : $"{failures.Count} of {all.Count} issues cannot be reassigned, so none were. {first.Message}",
            Details =
            [
                .. failures.Select(f => new ErrorDetail($"reassignments[{all.IndexOf(f.Reassignment)}]", f.Error.Message)),
            ],
        };
    }
}
