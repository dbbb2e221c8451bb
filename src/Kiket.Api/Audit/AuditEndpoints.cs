using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Audit;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Audit;

/// <summary>The audit log of the organization, and the proofs that nobody has changed it.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        var log = api.MapGroup("/audit_log").WithTags("Audit log");

        log.MapGet("/", ListAuditLog).WithName(nameof(ListAuditLog)).Reads(Scope.Audit);
        log.MapGet("/verify", VerifyAuditLog).WithName(nameof(VerifyAuditLog)).Reads(Scope.Audit).ReadsWholeLog();
        log.MapGet("/export", ExportAuditLog).WithName(nameof(ExportAuditLog)).Reads(Scope.Audit).ReadsWholeLog();

        var proofs = api.MapGroup("/audit").WithTags("Audit log");

        proofs.MapGet("/anchors", ListAuditAnchors).WithName(nameof(ListAuditAnchors)).Reads(Scope.Audit);
        proofs.MapGet("/anchors/{root}", GetAuditAnchor).WithName(nameof(GetAuditAnchor)).Reads(Scope.Audit);
        proofs.MapGet("/records/{id:long}", GetAuditRecord).WithName(nameof(GetAuditRecord)).Reads(Scope.Audit);
        proofs.MapGet("/records/{id:long}/proof", ProveAuditRecord).WithName(nameof(ProveAuditRecord)).Reads(Scope.Audit);
        proofs.MapPost("/verify", VerifyAuditProof).WithName(nameof(VerifyAuditProof)).Reads(Scope.Audit);
    }

    /// <summary>Lists what was done in the organization, newest first. For administrators.</summary>
    private static async Task<Results<Ok<AuditLog>, ErrorResult>> ListAuditLog(
        [AsParameters] AuditFilterParameters parameters,
        [AsParameters] AuditLogParameters place,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListAuditLogQuery(parameters.ToFilter(), place.Cursor, place.Limit), ct)).ToOk(AuditLog.Of);

    /// <summary>Computes the hash chain of the audit log again and reports the first record that was changed.</summary>
    private static async Task<Results<Ok<AuditVerification>, ErrorResult>> VerifyAuditLog(
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new VerifyAuditLogQuery(), ct)).ToOk(verification => verification);

    /// <summary>Exports the audit log as one JSON object per line, newest first. The export itself is audited.</summary>
    private static async Task<Results<AuditExportStream, ErrorResult>> ExportAuditLog(
        [AsParameters] AuditFilterParameters parameters,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var filter = parameters.ToFilter();
        var export = await mediator.Send(new ExportAuditLogCommand(), ct);
        return export.Error is { } error ? new ErrorResult(error) : new AuditExportStream(mediator, filter);
    }

    /// <summary>Lists the signed roots over the records of the audit log, newest first.</summary>
    private static async Task<Results<Ok<AuditAnchorPage>, ErrorResult>> ListAuditAnchors(
        [AsParameters] AuditAnchorParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(parameters.ToQuery(), ct)).ToOk(AuditAnchorPage.Of);

    /// <summary>Reads an anchor by its Merkle root.</summary>
    private static async Task<Results<Ok<AuditAnchorDto>, ErrorResult>> GetAuditAnchor(
        string root,
        [FromQuery(Name = "include_records"), Description("Whether to list the records of the anchor.")] bool? includeRecords,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetAuditAnchorQuery(root, includeRecords == true), ct)).ToOk(anchor => anchor);

    /// <summary>Reads a record of the audit log with the text that was hashed.</summary>
    private static async Task<Results<Ok<HashedAuditRecord>, ErrorResult>> GetAuditRecord(
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetAuditRecordQuery(id), ct)).ToOk(record => record);

    /// <summary>Proves that a record is among those of an anchor.</summary>
    private static async Task<Results<Ok<AuditProof>, ErrorResult>> ProveAuditRecord(
        long id,
        [FromQuery(Name = "record_type"), Description("`AuditLog`, the default.")] string? recordType,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ProveAuditRecordQuery(id, recordType), ct)).ToOk(proof => proof);

    /// <summary>Checks a proof. A wrong one is answered with <c>verified: false</c> and the reason.</summary>
    private static async Task<Results<Ok<ProofVerification>, ErrorResult>> VerifyAuditProof(
        AuditProofBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new VerifyAuditProofQuery(body.ContentHash, body.MerkleRoot, body.Proof, body.LeafIndex), ct)).ToOk(
            verification => verification
        );
}

internal sealed record AuditLog(IReadOnlyList<AuditRecordDto> Data, AuditLogMeta Meta)
{
    public static AuditLog Of(AuditLogPage page) => new(page.Records, new(page.Limit, page.NextCursor));
}

/// <param name="NextCursor">The <c>cursor</c> of the next page; null at the end.</param>
internal sealed record AuditLogMeta(int Limit, long? NextCursor);

internal sealed record AuditAnchorPage(IReadOnlyList<AuditAnchorDto> Anchors, AuditPagination Pagination)
{
    public static AuditAnchorPage Of(Page<AuditAnchorDto> page) =>
        new(page.Items, new(page.Number, page.Size, page.Total, page.TotalPages));
}

internal sealed record AuditPagination(int Page, int PerPage, int Total, int TotalPages);

internal sealed record AuditFilterParameters
{
    [FromQuery(Name = "action"), Description("Only this action, such as `create_issue`.")]
    public string? Action { get; init; }

    [FromQuery(Name = "actor_id"), Description("Only actions of this user.")]
    public long? ActorId { get; init; }

    [FromQuery(Name = "subject_type"), Description("Only actions whose first change is of this type, such as `issue`.")]
    public string? SubjectType { get; init; }

    [FromQuery(Name = "subject_id"), Description("Only actions whose first change is of the row with this id.")]
    public long? SubjectId { get; init; }

    [FromQuery(Name = "from"), Description("Only actions from this ISO 8601 time on.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), Description("Only actions before this ISO 8601 time.")]
    public string? To { get; init; }

    public AuditFilter ToFilter() =>
        new()
        {
            Action = Action,
            ActorId = ActorId is { } actor ? new UserId(actor) : null,
            SubjectType = SubjectType,
            SubjectId = SubjectId,
            From = Parameters.Instant("from", From),
            To = Parameters.Instant("to", To),
        };
}

internal sealed record AuditLogParameters
{
    [FromQuery(Name = "cursor"), Description("The `next_cursor` of the page before; the newest records by default.")]
    public long? Cursor { get; init; }

    [FromQuery(Name = "limit"), Description("Records per page, 1 to 200; 50 by default.")]
    public int? Limit { get; init; }
}

internal sealed record AuditAnchorParameters
{
    [FromQuery(Name = "status"), Description("`confirmed`; anchors never have another status here.")]
    public string? Status { get; init; }

    [FromQuery(Name = "network"), Description("`local`; no blockchain is used.")]
    public string? Network { get; init; }

    [FromQuery(Name = "from"), Description("Only anchors made from this ISO 8601 time on.")]
    public string? From { get; init; }

    [FromQuery(Name = "to"), Description("Only anchors made before this ISO 8601 time.")]
    public string? To { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows per page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }

    public ListAuditAnchorsQuery ToQuery() =>
        new(
            Status,
            Network,
            Parameters.Instant("from", From),
            Parameters.Instant("to", To),
            new PageRequest(Page, PerPage, null)
        );
}

/// <summary>A proof, as <c>GET /audit/records/{id:long}/proof</c> answers it; only four members matter.</summary>
[Envelope("proof_to_verify")]
internal sealed record AuditProofBody
{
    public string? ContentHash { get; init; }

    public string? MerkleRoot { get; init; }

    public IReadOnlyList<string>? Proof { get; init; }

    public int? LeafIndex { get; init; }

    public long? RecordId { get; init; }

    public string? RecordType { get; init; }

    public long? AnchorId { get; init; }

    public int? LeafCount { get; init; }

    public string? Network { get; init; }

    public string? TxHash { get; init; }

    public long? BlockNumber { get; init; }

    public string? BlockTimestamp { get; init; }

    public string? VerificationUrl { get; init; }

    public bool? Verified { get; init; }
}
