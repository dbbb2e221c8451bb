using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Opens an issue. For those who work on the project.</summary>
/// <param name="Status">State to begin in, or null for the initial one.</param>
public sealed record CreateIssueCommand(ProjectRef Project, IssueEdit Fields, string? Status) : ICommand<Result<IssueDto>>;

internal sealed class CreateIssueHandler(IKiketDb db, ICurrentActor current, PublicUrl url, TimeProvider time)
    : ICommandHandler<CreateIssueCommand, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(CreateIssueCommand command, CancellationToken ct)
    {
        var (fields, actor) = (command.Fields, current.Actor);
        var found = await db.FindProjectAsync(command.Project, actor, ProjectAccess.Write, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;

        var type = fields.IssueType.Or(null) is { } asked ? project.Schema.FindType(asked) : project.Schema.DefaultType;
        if (type is null)
            return IssueErrors.UnknownType(fields.IssueType.Or(null), project.Schema.IssueTypes.Select(t => t.Key));
        var workflow = await db.LatestWorkflowAsync(project.Id, project.Schema.WorkflowOf(type), ct);
        if (await db.FindUnknownReferenceAsync(project.Id, fields, ct) is { } unknown)
            return unknown;

        return await db.InTransactionAsync<IssueDto>(
            async () =>
            {
                // Locks the project until the commit: numbers have no gaps, and the hierarchy below stays as it is read.
                var number = await db.TakeIssueNumberAsync(project.Id, ct);
                Issue? parent = null;
                if (fields.ParentId.Or(null) is { } parentId)
                {
                    parent = await db.Issues.SingleOrDefaultAsync(i => i.Id == parentId, ct);
                    if (parent is null)
                        return IssueErrors.UnknownParent(parentId);
                }

                var opened = Issue.Open(project, type, workflow, fields, command.Status, parent, actor.UserId, time.GetUtcNow());
                if (opened.Error is { } refusal)
                    return refusal;
                var issue = opened.Value;
                if (issue.Status != workflow.Definition.InitialState && !await db.MayManageAsync(project, actor, ct))
                    return IssueErrors.NotInitial(issue.Status);

                if (workflow.Definition.FindState(issue.Status) is { WipLimit: { } limit } state
                    && await db.Issues.CountAsync(i => i.ProjectId == project.Id && i.Status == state.Key, ct) >= limit)
                    return IssueErrors.StateIsFull(state);

                issue.TakeNumber(project.Key, number);
                db.Issues.Add(issue);
                await db.SaveChangesAsync(ct);
                return await db.ReadIssueAsync(issue.Id, url, ct);
            },
            ct);
    }
}
