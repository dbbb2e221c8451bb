using System.Globalization;
using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>Finds the people whom an action names.</summary>
internal sealed class ActionRecipients(IKiketDb db, Issue issue, Project project)
{
    /// <summary>The recipients of a notification; only those who can see the issue.</summary>
    /// <returns>The users, each once, and the references that matched nobody.</returns>
    public async Task<(IReadOnlyCollection<UserId> Users, IReadOnlyList<string> Unknown)> FindAsync(
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
    {
        List<string> names = [];
        List<string> roles = [];
        foreach (
            var (key, value) in given.TryGetValue("recipients", out var all) && all.ValueKind is JsonValueKind.Object
                ? all.EnumerateObject().Select(p => (p.Name, p.Value))
                : given.Select(g => (g.Key, g.Value))
        )
        {
            if (key is "user" or "users" or "fields" or "field" or "to" or "recipients" or "emails" or "email")
                names.AddRange(FieldTypes.Texts(value));
            else if (key is "role" or "roles" or "team")
                roles.AddRange(FieldTypes.Texts(value));
        }

        HashSet<UserId> found = [];
        List<string> unknown = [];
        foreach (var name in names)
        {
            if (await FindUserAsync(name, ct) is { } user)
                found.Add(user);
            else if (await db.FindHoldersAsync(project, name, ct) is { Count: > 0 } holders)
                found.UnionWith(holders);
            else
                unknown.Add(name);
        }

        foreach (var role in roles)
        {
            var holders = await db.FindHoldersAsync(project, role, ct);
            found.UnionWith(holders);
            if (holders.Count == 0)
                unknown.Add($"role {role}");
        }

        var readers = await ReadersAmongAsync(found, ct);
        unknown.AddRange(
            found.Except(readers).Select(u => string.Create(CultureInfo.InvariantCulture, $"user {u}, who cannot see the issue"))
        );
        return (readers, unknown);
    }

    /// <summary>
    /// The active user named by id, address, part (<c>assignee</c>, <c>reporter</c>, <c>lead</c>) or field of the issue; or
    /// null.
    /// </summary>
    public async Task<UserId?> FindUserAsync(string name, CancellationToken ct)
    {
        var field = name.StartsWith("issue.", StringComparison.Ordinal) ? name["issue.".Length..] : name;
        var id = IssueParts.Find(issue, project.LeadId, field);
        if (id is null && field.StartsWith("custom_fields.", StringComparison.Ordinal))
            field = issue.CustomFields.TryGetValue(field["custom_fields.".Length..], out var held)
                ? FieldTypes.Scalar(held) ?? ""
                : "";
        if (id is null && WireId.TryParse(field, out UserId number))
            id = number;
        var email = User.AddressOf(field);
        return id is { } known
            ? await db.Users.Where(u => u.Id == known && !u.Deactivated).Select(u => (UserId?)u.Id).SingleOrDefaultAsync(ct)
            : await db.Users.Where(u => u.Email == email && !u.Deactivated).Select(u => (UserId?)u.Id).SingleOrDefaultAsync(ct);
    }

    private async Task<IReadOnlyCollection<UserId>> ReadersAmongAsync(HashSet<UserId> users, CancellationToken ct)
    {
        if (users.Count == 0)
            return [];
        var roles = await db
            .Users.Where(u => users.Contains(u.Id))
            .Select(u => new
            {
                u.Id,
                u.Role,
                Membership = ProjectRoles.RoleOf.Of(db.ProjectMembers, project.Id, u.Id),
            })
            .OrderBy(u => u.Id)
            .Inlined()
            .ToListAsync(ct);
        return
        [
            .. roles
                .Where(u =>
                    ProjectPolicy.AccessOf(
                        new Actor(issue.OrganizationId, u.Id, u.Role),
                        project.Visibility,
                        project.LeadId,
                        u.Membership
                    )
                        is not ProjectAccess.None
                )
                .Select(u => u.Id),
        ];
    }
}
