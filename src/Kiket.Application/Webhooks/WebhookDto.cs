using System.Text.Json.Serialization;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>A subscription to events.</summary>
internal sealed record WebhookDto
{
    public required long Id { get; init; }

    public required string Url { get; init; }

    public required IReadOnlyList<string> Events { get; init; }

    public required bool Active { get; init; }

    public required SignatureScheme SignatureScheme { get; init; }

    public required DeliveryOrdering Ordering { get; init; }

    /// <summary>Until when nothing is sent because the receiver failed too often, or null.</summary>
    public required DateTimeOffset? PausedUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The signing secret; only in the answer to the request that sets it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>Until when the previous secret also signs; only in the answer to a rotation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    public static WebhookDto Of(Webhook webhook) =>
        new()
        {
            Id = webhook.Id,
            Url = webhook.Target.Url,
            Events = [.. webhook.Hooks.Select(h => h.Event)],
            Active = webhook.Active,
            SignatureScheme = webhook.Target.Scheme,
            Ordering = webhook.Target.Ordering,
            PausedUntil = webhook.PausedUntil,
            CreatedAt = webhook.CreatedAt,
        };
}
