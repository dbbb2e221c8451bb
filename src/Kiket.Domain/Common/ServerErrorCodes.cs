namespace Kiket.Domain.Common;

/// <summary>The machine codes that only the server answers with. They never change.</summary>
internal static class ServerErrorCodes
{
    /// <summary>A parameter is unknown, malformed or out of range.</summary>
    public const string InvalidParameter = "INVALID_PARAMETER";

    /// <summary>The body is not JSON.</summary>
    public const string InvalidJson = "INVALID_JSON";

    /// <summary>The request cannot be read at all.</summary>
    public const string BadRequest = "BAD_REQUEST";

    /// <summary>The token is missing, unknown, expired or revoked.</summary>
    public const string InvalidToken = "AUTH_INVALID_TOKEN";

    /// <summary>The token lacks the scope that the route needs.</summary>
    public const string ForbiddenScope = "AUTH_FORBIDDEN_SCOPE";

    /// <summary>The version in <c>If-Match</c> is not the current one.</summary>
    public const string PreconditionFailed = "PRECONDITION_FAILED";

    /// <summary>An idempotency key came back with another request.</summary>
    public const string IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED";

    /// <summary>The first request with this idempotency key has not finished.</summary>
    public const string IdempotencyKeyInUse = "IDEMPOTENCY_KEY_IN_USE";

    /// <summary>The webhook does not exist for the caller.</summary>
    public const string WebhookNotFound = "WEBHOOK_NOT_FOUND";

    /// <summary>The webhook delivery does not exist for the caller.</summary>
    public const string DeliveryNotFound = "WEBHOOK_DELIVERY_NOT_FOUND";

    /// <summary>The audit log has no such record.</summary>
    public const string AuditRecordNotFound = "AUDIT_RECORD_NOT_FOUND";

    /// <summary>No anchor of the audit log has such a root.</summary>
    public const string AuditAnchorNotFound = "AUDIT_ANCHOR_NOT_FOUND";

    /// <summary>The record cannot be proved: it is unknown or not anchored yet.</summary>
    public const string AuditProofNotFound = "AUDIT_PROOF_NOT_FOUND";

    /// <summary>A definition file cannot be imported.</summary>
    public const string DefinitionInvalid = "DEFINITION_INVALID";

    /// <summary>An extension cannot be installed as its manifest describes it.</summary>
    public const string ExtensionInstallFailed = "EXTENSION_INSTALL_FAILED";

    /// <summary>A value is larger than an extension's storage takes.</summary>
    public const string StorageValueTooLarge = "STORAGE_VALUE_TOO_LARGE";

    /// <summary>Too many requests in the current window.</summary>
    public const string RateLimitExceeded = "RATE_LIMIT_EXCEEDED";

    /// <summary>The database is busy or cannot be used now.</summary>
    public const string ServiceUnavailable = "SERVICE_UNAVAILABLE";
}
