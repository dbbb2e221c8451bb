using System.Globalization;
using System.Text;
using System.Text.Json;
using Kiket.Application.Actions;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Creates the request of one attempt: address, headers and signature (contract 15.3, 15.4).</summary>
internal sealed class WebhookRequests(ISecretProtector protector, TimeProvider time)
{
    public const string SecretUnavailable = "secret.unavailable: the endpoint's secret or the request cannot be decrypted";
    private const string UserAgent = "Kiket/1";

    /// <returns>
    /// The request, or null when the endpoint's secret or headers, or an action's request, cannot be decrypted.
    /// </returns>
    /// <param name="cause">The trace context of what caused the delivery, or null.</param>
    public OutgoingRequest? Of(Webhook webhook, WebhookDelivery delivery, Extension? extension, byte[] body, string? cause = null)
    {
        var hook = webhook.Hooks.FirstOrDefault(h => h.Event == delivery.Event);
        var timeout = TimeSpan.FromMilliseconds(hook?.TimeoutMs ?? webhook.Target.TimeoutMs);
        if (delivery.Request is { } written)
            return ReadAction(written, timeout);

        if (Decrypt(webhook.Target.Headers) is not { } chosen)
            return null;
        var headers = Headers(chosen);
        headers["X-Kiket-Event"] = delivery.Event;
        headers["X-Kiket-Event-Version"] = extension?.Manifest.ApiVersion ?? "v1";
        headers["X-Kiket-Delivery"] = delivery.Id.ToString(CultureInfo.InvariantCulture);
        headers["X-Kiket-Organization"] = delivery.OrganizationId.ToString();
        if (delivery.ProjectId is { } project)
            headers["X-Kiket-Project"] = project.ToString();
        if (extension is not null)
            headers["X-Kiket-Invocation"] = Guid.NewGuid().ToString();
        if (webhook.Secret is not null)
        {
            if (Sign(webhook, delivery.EventId, body) is not { } signature)
                return null;
            foreach (var (name, value) in signature)
                headers[name] = value;
        }

        return new("POST", AddressOf(webhook, delivery.Event), headers, body, timeout, [.. webhook.Target.Headers.Keys])
        {
            ShownBody = WebhookPayloads.Shown(body, extension is not null),
            Event = delivery.Event,
            Cause = cause,
        };
    }

    /// <summary>
    /// The request of an action, as defined; its headers, its body and the path of its address may contain secrets.
    /// </summary>
    private OutgoingRequest? ReadAction(string written, TimeSpan timeout)
    {
        if (protector.Unprotect(ISecretProtector.ActionPurpose, written) is not { } plain)
            return null;
        var own = JsonSerializer.Deserialize<ActionRequest>(plain, WireJson.Options)!;
        var body = own.Body is { } text ? Encoding.UTF8.GetBytes(text) : null;
        return new(own.Method, own.Url, Headers(own.Headers), body, timeout, [.. own.Headers.Keys])
        {
            ShownUrl = $"{ActionRequest.HostOf(new(own.Url))}/…",
            ShownBody = body is null ? null : "…",
            Event = WebhookDelivery.ActionEvent,
            Cause = own.Trace,
        };
    }

    public static string AddressOf(Webhook webhook, string name) =>
        webhook.Target.IsExact ? webhook.Target.Url : $"{webhook.Target.Url.TrimEnd('/')}/webhooks/{name}";

    /// <summary>The custom headers, and our own unless a custom one replaces them.</summary>
    private static Dictionary<string, string> Headers(IReadOnlyDictionary<string, string> chosen)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase) { ["User-Agent"] = UserAgent };
        foreach (var (name, value) in chosen)
            headers[name] = value;
        return headers;
    }

    private IEnumerable<KeyValuePair<string, string>>? Sign(Webhook webhook, string eventId, byte[] body)
    {
        var now = time.GetUtcNow();
        if (protector.Unprotect(ISecretProtector.WebhookPurpose, webhook.Secret!) is not { } plain)
            return null;
        var previous =
            webhook.PreviousSecretUntil > now && webhook.PreviousSecret is { } old
                ? protector.Unprotect(ISecretProtector.WebhookPurpose, old)
                : null;
        return WebhookSigner.Sign(webhook.Target.Scheme, plain, previous, eventId, body, now);
    }

    /// <returns>The headers with their values, or null when one cannot be decrypted.</returns>
    private Dictionary<string, string>? Decrypt(IReadOnlyDictionary<string, string> encrypted)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, ciphertext) in encrypted)
        {
            if (protector.Unprotect(ISecretProtector.HeaderPurpose, ciphertext) is not { } value)
                return null;
            headers[name] = value;
        }

        return headers;
    }
}
