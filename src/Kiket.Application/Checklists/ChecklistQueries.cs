using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Application.Workflows;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Checklists;

internal static class ChecklistQueries
{
    public static async Task<IReadOnlyList<ChecklistDto>> ReadChecklistsAsync(
        this IKiketDb db,
        KnownWorkflows workflows,
        Issue issue,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var workflow = await workflows.DefinitionOfAsync(db, issue, ct);
        var context = await db.ReadMoveContextAsync(issue, workflow, now, ct);
        var marks = await db
            .ChecklistMarks.Where(m => m.IssueId == issue.Id)
            .Join(
                db.Users,
                m => m.UserId,
                u => u.Id,
                (m, u) =>
                    new
                    {
                        m.ChecklistId,
                        m.ItemId,
                        m.At,
                        User = new UserSummary(u.Id, u.Name, u.Email),
                    }
            )
            .ToListAsync(ct);

        return
        [
            .. workflow
                .States.Where(s => s.Checklist is not null)
                .Select(state =>
                {
                    var checklist = state.Checklist!;
                    return new ChecklistDto(
                        checklist.Id,
                        checklist.Title,
                        state.Key,
                        checklist.Mode,
                        WorkflowEngine.IsComplete(checklist, workflow, context),
                        [
                            .. WorkflowEngine
                                .ItemsOf(checklist, workflow, context)
                                .Select(item =>
                                {
                                    var mark = marks.Find(m => m.ChecklistId == checklist.Id && m.ItemId == item.Item.Id);
                                    return new ChecklistItemDto(
                                        item.Item.Id,
                                        item.Item.Label,
                                        item.Item.Check,
                                        item.Item.Required,
                                        item.IsDone,
                                        mark?.User,
                                        mark?.At
                                    );
                                }),
                        ]
                    );
                }),
        ];
    }
}
