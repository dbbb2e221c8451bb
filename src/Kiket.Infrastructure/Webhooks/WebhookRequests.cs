using System.Globalization;
using Kiket.Application.Abstractions;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Makes the request of one attempt: address, headers and signature (contract 15.3, 15.4).</summary>
internal sealed class WebhookRequests(ISecretProtector protector, TimeProvider time)
{
    public const string SecretPurpose = "webhooks";
    public const string SecretUnavailable = "secret.unavailable: the endpoint's secret cannot be decrypted";
    private const string UserAgent = "Kiket/1";

    /// <returns>The request, or null when the endpoint's secret cannot be decrypted.</returns>
    public OutgoingRequest? Of(Webhook webhook, WebhookDelivery delivery, Extension? extension, byte[] body)
    {
        var hook = webhook.Hooks.FirstOrDefault(h => h.Event == delivery.Event);
        var timeout = TimeSpan.FromMilliseconds(hook?.TimeoutMs ?? webhook.Target.TimeoutMs);
        if (delivery.Request is { } own)
            return new(own.Method, own.Url, [new("User-Agent", UserAgent), .. own.Headers], body, timeout, [.. own.Headers.Keys]);

        List<KeyValuePair<string, string>> headers =
        [
            new("User-Agent", UserAgent),
            new("X-Kiket-Event", delivery.Event),
            new("X-Kiket-Event-Version", extension?.Manifest.ApiVersion ?? "v1"),
            new("X-Kiket-Delivery", Text(delivery.Id)),
            new("X-Kiket-Organization", Text(delivery.OrganizationId)),
        ];
        if (delivery.ProjectId is { } project)
            headers.Add(new("X-Kiket-Project", Text(project)));
        if (extension is not null)
            headers.Add(new("X-Kiket-Invocation", Guid.NewGuid().ToString()));
        headers.AddRange(webhook.Target.Headers);
        if (webhook.Secret is not null)
        {
            if (Sign(webhook, delivery.EventId, body) is not { } signature)
                return null;
            headers.AddRange(signature);
        }

        return new("POST", AddressOf(webhook, delivery.Event), headers, body, timeout, [.. webhook.Target.Headers.Keys]);
    }

    public static string AddressOf(Webhook webhook, string name) =>
        webhook.Target.IsExact ? webhook.Target.Url : $"{webhook.Target.Url.TrimEnd('/')}/webhooks/{name}";

    private IEnumerable<KeyValuePair<string, string>>? Sign(Webhook webhook, string eventId, byte[] body)
    {
        var now = time.GetUtcNow();
        if (protector.Unprotect(SecretPurpose, webhook.Secret!) is not { } plain)
            return null;
        var previous = webhook.PreviousSecretUntil > now && webhook.PreviousSecret is { } old ? protector.Unprotect(SecretPurpose, old) : null;
        return WebhookSigner.Sign(webhook.Target.Scheme, plain, previous, eventId, body, now);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
