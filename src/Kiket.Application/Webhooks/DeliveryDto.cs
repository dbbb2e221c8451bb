using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>The delivery of one event to one endpoint.</summary>
internal sealed record DeliveryDto
{
    public required long Id { get; init; }

    public required long WebhookId { get; init; }

    public required ExtensionId? ExtensionId { get; init; }

    public required string EventId { get; init; }

    /// <summary>The name or alias under which the endpoint receives it.</summary>
    public required string Event { get; init; }

    public required ProjectId? ProjectId { get; init; }

    public required IssueId? IssueId { get; init; }

    public required DeliveryState State { get; init; }

    public required int AttemptCount { get; init; }

    /// <summary>When the next attempt is due; null unless it is pending.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>HTTP status of the last response.</summary>
    public required int? LastStatus { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string? LastError { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    /// <summary>All attempts, oldest first; only when a single delivery is read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AttemptDto>? Attempts { get; init; }

    public static DeliveryDto Of(WebhookDelivery delivery) =>
        new()
        {
            Id = delivery.Id,
            WebhookId = delivery.WebhookId,
            ExtensionId = delivery.ExtensionId,
            EventId = delivery.EventId,
            Event = delivery.Event,
            ProjectId = delivery.ProjectId,
            IssueId = delivery.IssueId,
            State = delivery.State,
            AttemptCount = delivery.Attempts,
            NextAttemptAt = delivery.State is DeliveryState.Pending ? delivery.NextAttemptAt : null,
            LastStatus = delivery.LastStatus,
            LastError = delivery.LastError,
            CreatedAt = delivery.CreatedAt,
            CompletedAt = delivery.CompletedAt,
        };
}

/// <param name="Number">Counts from 1.</param>
/// <param name="Status">HTTP status of the response, or null if there was none.</param>
/// <param name="Error">Why it failed, or null.</param>
/// <param name="RequestHeaders">The headers that were sent, with secret values replaced.</param>
/// <param name="RequestBody">
/// The start of the body that was sent, with secret values replaced. Null for a token that may not read the subject of the
/// event.
/// </param>
/// <param name="ResponseBody">The start of the response body.</param>
internal sealed record AttemptDto(
    int Number,
    DateTimeOffset At,
    int DurationMs,
    int? Status,
    string? Error,
    string Url,
    IReadOnlyDictionary<string, string> RequestHeaders,
    string? RequestBody,
    IReadOnlyDictionary<string, string> ResponseHeaders,
    string? ResponseBody
)
{
    public static AttemptDto Of(WebhookAttempt attempt, bool showsBody) =>
        new(
            attempt.Number,
            attempt.At,
            attempt.DurationMs,
            attempt.Status,
            attempt.Error,
            attempt.Exchange.Url,
            attempt.Exchange.RequestHeaders,
            showsBody ? attempt.Exchange.RequestBody : null,
            attempt.Exchange.ResponseHeaders,
            attempt.Exchange.ResponseBody
        );
}
