using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The only way to open an issue, for people and for actions.</summary>
internal static class IssueOpening
{
    /// <summary>Creates an issue. An error must roll back the transaction, because the number is taken first.</summary>
    /// <param name="status">Initial state, or null for that of the template or the workflow.</param>
    /// <param name="templateKey">Key of the template that provides further values, or null.</param>
    /// <param name="newest">The project's workflow that was published last, or null when it was not read.</param>
    /// <returns>The issue, and the workflow that it follows.</returns>
    public static async Task<Result<(Issue Issue, Workflow Workflow)>> OpenIssueAsync(
        this IKiketDb db,
        Project project,
        IssueEdit fields,
        StateKey? status,
        string? templateKey,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct,
        Workflow? newest = null
    )
    {
        IssueTemplate? template = null;
        if (templateKey is not null)
        {
            template = project.Schema.FindTemplate(templateKey);
            if (template is null)
                return IssueErrors.UnknownTemplate(templateKey, project.Schema.Templates.Select(t => t.Key));
            var filled = template.Fill(fields, status);
            if (filled.Error is not null)
                return filled.Error;
            fields = filled.Value;
        }

        var type = fields.IssueType.Or(null) is { } typeKey ? project.Schema.FindType(new(typeKey)) : project.Schema.DefaultType;
        if (type is null)
            return IssueErrors.UnknownType(fields.IssueType.Or(null), project.Schema.IssueTypes.Select(t => t.Key));
        var key = project.Schema.WorkflowOf(type);
        var workflow = newest?.Key == key ? newest : await db.LatestWorkflowAsync(project.Id, key, ct);
        if (await db.FindUnknownReferenceAsync(project, fields, null, ct) is { } unknown)
            return unknown;

        // Locks the project until the commit: numbers have no gaps, and the hierarchy below stays as it is read.
        var number = await db.TakeIssueNumberAsync(project.Id, ct);
        Issue? parent = null;
        if (fields.ParentId.Or(null) is { } parentId)
        {
            parent = await db.Issues.SingleOrDefaultAsync(i => i.Id == parentId, ct);
            if (parent is null)
                return IssueErrors.UnknownParent(parentId);
        }

        var state = Issue.FirstState(workflow.Definition, status ?? template?.Status);
        var start = new IssueStart
        {
            Status = status ?? template?.Status,
            // The state of a template was chosen by the administrator who imported it.
            MayChooseState =
                status is null || state?.Key == workflow.Definition.InitialState || await db.MayManageAsync(project, actor, ct),
            IssuesInState = state?.WipLimit is null
                ? 0
                : await db.Issues.CountAsync(i => i.ProjectId == project.Id && i.Status == state.Key, ct),
            Parent = parent,
        };
        var opened = Issue.Open(project, type, workflow, fields, start, actor.UserId, now);
        if (opened.Error is { } error)
            return error;
        var issue = opened.Value;
        issue.TakeNumber(project.Key, number);
        db.Issues.Add(issue);
        return (issue, workflow);
    }
}
