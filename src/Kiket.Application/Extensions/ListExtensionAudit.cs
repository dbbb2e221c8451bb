using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;

namespace Kiket.Application.Extensions;

/// <summary>The audit log of an extension, even of an uninstalled one, newest first. For administrators.</summary>
internal sealed record ListExtensionAuditQuery(ExtensionRef Extension, ProjectRef? Project, PageRequest Page)
    : IQuery<Result<Page<ExtensionAuditEntryDto>>>;

internal sealed record ExtensionAuditEntryDto
{
    public required long Id { get; init; }

    public required string Action { get; init; }

    /// <summary>The subject of the action, such as the key of a secret; null for the extension itself.</summary>
    public required string? Subject { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> Details { get; init; }

    public required UserSummary Actor { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class ListExtensionAuditHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListExtensionAuditQuery, Result<Page<ExtensionAuditEntryDto>>>
{
    private static readonly SortOptions<ExtensionAuditEntry> Sorts = new SortOptions<ExtensionAuditEntry>(
        "id desc",
        e => e.Id
    ).By("id", e => e.Id);

    public async Task<Result<Page<ExtensionAuditEntryDto>>> Handle(ListExtensionAuditQuery query, CancellationToken ct)
    {
        var found = await db.FindExtensionAsync(query.Extension, query.Project, current, ct);
        if (found.Error is { } unknown)
            return unknown;
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;

        var id = found.Value.Id;
        return await db
            .ExtensionAuditEntries.WithSpecification(new AuditOf(id))
            .ToPageAsync(
                query.Page,
                Sorts,
                page =>
                    page.Select(e => new ExtensionAuditEntryDto
                    {
                        Id = e.Id,
                        Action = e.Action,
                        Subject = e.Subject,
                        Details = e.Details,
                        Actor = db
                            .Users.Where(u => u.Id == e.ActorId)
                            .Select(u => new UserSummary(u.Id, u.Name, u.Email))
                            .Single(),
                        At = e.At,
                    }),
                ct
            );
    }
}
