using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Checklists;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Checklists;

/// <summary>Checks or unchecks a manual item of an issue's checklists. For those who work on the project.</summary>
/// <param name="Item">Id of the item; if two checklists have the same item, <c>checklist:item</c>.</param>
internal sealed record CheckItemCommand(IssueRef Issue, string Item, bool? Checked)
    : ICommand<Result<IReadOnlyList<ChecklistDto>>>;

internal sealed class CheckItemHandler(
    IKiketDb db,
    KnownWorkflows workflows,
    IUnitOfWork work,
    ICurrentActor current,
    TimeProvider time
) : ICommandHandler<CheckItemCommand, Result<IReadOnlyList<ChecklistDto>>>
{
    public async Task<Result<IReadOnlyList<ChecklistDto>>> Handle(CheckItemCommand command, CancellationToken ct)
    {
        var (actor, now) = (current.Actor, time.GetUtcNow());
        var found = await db.FindIssueAsync(command.Issue, actor, ProjectAccess.Write, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issue = found.Value.Issue;
        if (command.Checked is not { } isChecked)
            return Error.Validation("checked", "checked must be true or false.");

        var workflow = await workflows.DefinitionOfAsync(db, issue, ct);
        if (Find(workflow, command.Item) is not var (checklist, item))
            return ChecklistErrors.ItemNotFound(command.Item);
        var marked = ChecklistMark.On(issue, checklist, item, actor.UserId, now);
        if (marked.Error is { } error)
            return error;

        var mark = await db.ChecklistMarks.SingleOrDefaultAsync(
            m => m.IssueId == issue.Id && m.ChecklistId == checklist.Id && m.ItemId == item.Id,
            ct
        );
        if (isChecked != mark is not null)
        {
            if (mark is null)
                db.ChecklistMarks.Add(marked.Value);
            else
                db.ChecklistMarks.Remove(mark);
            issue.RecordCheck(checklist, item, isChecked, actor.UserId, now);
            await work.FlushAsync(ct); // the next line reads the checked items
            await db.NoteChecklistAsync(issue, actor, now, ct);
        }

        return Result<IReadOnlyList<ChecklistDto>>.From(await db.ReadChecklistsAsync(workflows, issue, now, ct));
    }

    private static (Checklist Checklist, ChecklistItem Item)? Find(WorkflowDefinition workflow, string name)
    {
        foreach (var checklist in workflow.States.Select(s => s.Checklist).OfType<Checklist>())
        {
            if (checklist.Items.FirstOrDefault(i => i.Id == name || $"{checklist.Id}:{i.Id}" == name) is { } item)
                return (checklist, item);
        }

        return null;
    }
}
