using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Application.Issues;

/// <summary>Creates an issue. For those who work on the project.</summary>
/// <param name="Status">Initial state, or null for that of the template or the workflow.</param>
/// <param name="Template">Key of the template that provides further values, or null.</param>
internal sealed record CreateIssueCommand(ProjectRef Project, IssueEdit Fields, StateKey? Status, string? Template = null)
    : ICommand<Result<IssueDto>>;

internal sealed class CreateIssueHandler(
    IKiketDb db,
    OpenProjects projects,
    IUnitOfWork work,
    ICurrentActor current,
    PublicUrl url,
    TimeProvider time
) : ICommandHandler<CreateIssueCommand, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(CreateIssueCommand command, CancellationToken ct)
    {
        var found = await projects.FindAsync(db, command.Project, current.Actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (project, reporter, newest) = found.Value;
        var opened = await db.OpenIssueAsync(
            project,
            command.Fields,
            command.Status,
            command.Template,
            current.Actor,
            time.GetUtcNow(),
            ct,
            newest
        );
        if (opened.Error is { } error)
            return error;
        await work.FlushAsync(ct);
        var (issue, workflow) = opened.Value;
        return issue is { AssigneeId: null, ParentId: null }
            ? issue.ToDto(project, workflow, reporter, assignee: null, parentKey: null, url)
            : await db.ReadIssueAsync(issue.Id, url, ct);
    }
}
