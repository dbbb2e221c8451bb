using System.Text.Json;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Audit;

/// <summary>An action in the audit log.</summary>
internal sealed record AuditRecordDto
{
    /// <summary>Its place in the log of the organization, from 1 without gaps.</summary>
    public required long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What was done: an operation in snake case, such as <c>create_issue</c>, or a job of the server.</summary>
    public required string Action { get; init; }

    /// <summary>Who did it; null when nobody had signed in.</summary>
    public required UserSummary? Actor { get; init; }

    /// <summary>What the actor signed in with, such as <c>token:7</c>; <c>system</c> for the server's own work.</summary>
    public required string Credential { get; init; }

    /// <summary>The client's address; null for the server's own work.</summary>
    public required string? Address { get; init; }

    /// <summary>The id of the request, as in its response header <c>X-Request-Id</c>.</summary>
    public required string? RequestId { get; init; }

    /// <summary>The first of <see cref="Changes"/>; null when nothing stored was changed.</summary>
    public required AuditSubject? Subject { get; init; }

    /// <summary>
    /// Everything that was changed: <c>type</c>, <c>id</c>, <c>change</c> and the old and new value of each field. Secrets are
    /// hidden, and texts of more than 256 characters are shown by length and digest.
    /// </summary>
    public required JsonElement Changes { get; init; }

    /// <summary>How many more changes the action made than <see cref="Changes"/> lists.</summary>
    public required int Omitted { get; init; }

    /// <summary>SHA-256 of the record's canonical text.</summary>
    public required string ContentHash { get; init; }

    /// <summary>SHA-256 of the previous record's chain hash and this content hash.</summary>
    public required string ChainHash { get; init; }
}

/// <param name="Type">Such as <c>issue</c>.</param>
internal sealed record AuditSubject(string Type, long? Id);

internal static class AuditRecords
{
    /// <summary>Converts records of one organization, with one statement for the names of all actors.</summary>
    public static async Task<IReadOnlyList<AuditRecordDto>> ToDtosAsync(
        this IKiketDb db,
        IReadOnlyList<AuditRecord> records,
        CancellationToken ct
    )
    {
        var ids = records.Select(r => r.ActorId).OfType<UserId>().Distinct().ToList();
        var actors = await db
            .Users.Where(u => ids.Contains(u.Id))
            .Select(u => new UserSummary(u.Id, u.Name, u.Email))
            .ToDictionaryAsync(u => u.Id, ct);
        return [.. records.Select(r => ToDto(r, r.ActorId is { } actor ? actors.GetValueOrDefault(actor) : null))];
    }

    private static AuditRecordDto ToDto(AuditRecord record, UserSummary? actor)
    {
        var details = AuditDetails.Read(record.Details);
        return new()
        {
            Id = record.Sequence,
            At = record.At,
            Action = record.Action,
            Actor = actor,
            Credential = record.Credential,
            Address = details.Address,
            RequestId = details.RequestId,
            Subject = record.SubjectType is { } type ? new(type, record.SubjectId) : null,
            Changes = details.Changes,
            Omitted = details.Omitted,
            ContentHash = AuditHash.Of(record.ContentHash),
            ChainHash = AuditHash.Of(record.ChainHash),
        };
    }
}
