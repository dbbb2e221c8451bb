using System.Globalization;
using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>All that placeholders can see: <c>issue</c> and <c>project</c> as plain values.</summary>
internal static class IssueDocument
{
    public static async Task<Dictionary<string, object?>> ReadAsync(IKiketDb db, Issue issue, Project project, PublicUrl url, CancellationToken ct)
    {
        var people = await db.Users.Where(u => u.Id == issue.AssigneeId || u.Id == issue.ReporterId)
            .Select(u => new { u.Id, u.Name, u.Email }).ToDictionaryAsync(u => u.Id, ct);
        var assignee = issue.AssigneeId is { } id ? people.GetValueOrDefault(id) : null;
        var reporter = people.GetValueOrDefault(issue.ReporterId);
        return new()
        {
            ["issue"] = new Dictionary<string, object?>
            {
                ["id"] = issue.Id,
                ["key"] = issue.Key,
                ["number"] = issue.Number,
                ["title"] = issue.Title,
                ["description"] = issue.Description,
                ["status"] = issue.Status,
                ["issue_type"] = issue.IssueType,
                ["priority"] = WireName.Of(issue.Priority),
                ["labels"] = issue.Labels.ToList(),
                ["assignee"] = assignee?.Name,
                ["assignee_id"] = issue.AssigneeId,
                ["assignee_email"] = assignee?.Email,
                ["reporter"] = reporter?.Name,
                ["reporter_id"] = issue.ReporterId,
                ["reporter_email"] = reporter?.Email,
                ["parent_id"] = issue.ParentId,
                ["milestone_id"] = issue.MilestoneId,
                ["story_points"] = issue.StoryPoints,
                ["due_date"] = issue.DueDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ["custom_fields"] = issue.CustomFields.ToDictionary(f => f.Key, f => Plain(f.Value)),
                ["url"] = $"{url.Value}/api/v1/issues/{issue.Key}",
            },
            ["project"] = new Dictionary<string, object?> { ["id"] = project.Id, ["key"] = project.Key, ["name"] = project.Name },
        };
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : value.GetRawText(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => Plain(p.Value)),
        _ => null,
    };
}
