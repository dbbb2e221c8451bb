using System.Text.Json;
using Kiket.Application.Ports;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>All that placeholders can see: <c>issue</c> and <c>project</c> as plain values.</summary>
internal static class IssueDocument
{
    public static async Task<Dictionary<string, object?>> ReadAsync(
        IKiketDb db,
        Issue issue,
        Project project,
        PublicUrl url,
        CancellationToken ct
    )
    {
        var people = await db
            .Users.Where(u => u.Id == issue.AssigneeId || u.Id == issue.ReporterId)
            .Select(u => new
            {
                u.Id,
                u.Name,
                u.Email,
            })
            .ToDictionaryAsync(u => u.Id, ct);
        var assignee = issue.AssigneeId is { } id ? people.GetValueOrDefault(id) : null;
        var reporter = people.GetValueOrDefault(issue.ReporterId);
        var fields = IssueFields
            .For(FieldUses.Placeholders)
            .SelectMany(f => f.NamesFor(FieldUses.Placeholders), (field, name) => (field, name))
            .ToDictionary(f => f.name, f => Plain(JsonSerializer.SerializeToElement(f.field.ValueOf(issue))));
        fields["assignee"] = fields["assigned_to"] = assignee?.Name;
        fields["assignee_email"] = assignee?.Email;
        fields["reporter"] = reporter?.Name;
        fields["reporter_email"] = reporter?.Email;
        fields["custom_fields"] = issue.CustomFields.ToDictionary(f => f.Key, f => Plain(f.Value));
        fields["url"] = $"{url.Value}/api/v1/issues/{issue.Key}";
        return new()
        {
            ["issue"] = fields,
            ["project"] = new Dictionary<string, object?>
            {
                ["id"] = project.Id.Value,
                ["key"] = project.Key,
                ["name"] = project.Name,
            },
        };
    }

    private static object? Plain(JsonElement value) =>
        value.ValueKind switch
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
