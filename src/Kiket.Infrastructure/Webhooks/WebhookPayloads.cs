using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiket.Application.Common;
using Kiket.Application.Events;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Writes the bodies of an endpoint's deliveries (contract 15.2): one line of JSON within the size limit.</summary>
internal sealed class WebhookPayloads(IKiketDb db, RuntimeTokens tokens, IExtensionSecrets secrets, OutboundUrl url)
{
    private const string RuntimeHeader = "X-Kiket-Runtime-Token";
    private const string Cut = "…";

    /// <summary>In a body that is too large, longer texts are cut to these lengths in turn, until it fits.</summary>
    private static readonly int[] CutLengths = [10_000, 1_000, 100];

    private static readonly JsonSerializerOptions Indentless = WireJson.Options;

    /// <summary>Reads the contents of a batch of deliveries of one endpoint, with a fixed number of statements.</summary>
    public async Task<IReadOnlyDictionary<long, EventDto>> ReadAsync(
        IReadOnlyList<WebhookDelivery> deliveries,
        CancellationToken ct
    )
    {
        List<long> ids = [.. deliveries.Select(d => d.LoggedEventId).OfType<long>().Distinct()];
        if (ids.Count == 0)
            return new Dictionary<long, EventDto>();
        var events = await db.Events.AsNoTracking().Where(e => ids.Contains(e.Id)).OrderBy(e => e.Id).ToListAsync(ct);
        var documents = await db.ToDocumentsAsync(events, url, ct);
        return events.Zip(documents).ToDictionary(e => e.First.Id, e => e.Second);
    }

    /// <summary>The body of one attempt; its token and secrets are read for each attempt.</summary>
    /// <param name="logged">The logged event, or null for an event that only this endpoint receives.</param>
    /// <param name="extension">The installation to which the body is sent with a token and secrets, or null.</param>
    public async Task<byte[]> WriteAsync(WebhookDelivery delivery, EventDto? logged, Extension? extension, CancellationToken ct)
    {
        if (delivery.Request is not null)
            return []; // it contains its own
        if (logged is not null && extension is null && logged.Event == delivery.Event)
        {
            var whole = JsonSerializer.SerializeToUtf8Bytes(logged, Indentless);
            if (whole.Length <= WebhookDelivery.MaxBodyBytes)
                return whole;
        }

        var body = logged is not null
            ? JsonSerializer.SerializeToNode(logged, Indentless)!.AsObject()
            : JsonNode.Parse(delivery.Payload!)!.AsObject();
        body["event"] = delivery.Event;
        body["event_type"] = delivery.Event[(delivery.Event.LastIndexOf('.') + 1)..];
        JsonObject own = extension is null ? [] : await OwnAsync(delivery, extension, ct);
        return Fit(body, own);
    }

    /// <summary>The members that only an extension receives: its token, its settings and its secrets.</summary>
    private async Task<JsonObject> OwnAsync(WebhookDelivery delivery, Extension extension, CancellationToken ct)
    {
        var token = await tokens.CreateAsync(extension, delivery.ProjectId, "webhook", ct);
        var found = await secrets.ResolveAsync(extension, delivery.ProjectId, ct);
        return new JsonObject
        {
            ["authentication"] = new JsonObject
            {
                ["token_type"] = "runtime",
                ["runtime_token"] = token.Text,
                ["expires_at"] = JsonSerializer.SerializeToNode(token.ExpiresAt, Indentless),
                ["scopes"] = JsonSerializer.SerializeToNode(token.Scopes, Indentless),
            },
            ["configuration"] = JsonSerializer.SerializeToNode(extension.Settings(), Indentless),
            ["secrets"] = new JsonObject(found.Values.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, s.Value))),
            ["secret_status"] = new JsonObject { ["missing"] = JsonSerializer.SerializeToNode(found.Missing, Indentless) },
            ["api"] = new JsonObject { ["base_url"] = url.Value, ["runtime_header"] = RuntimeHeader },
            ["context"] = new JsonObject
            {
                ["user_id"] = extension.ServiceUserId.Value,
                ["workspace"] = extension.OrganizationId.Value,
            },
        };
    }

    /// <summary>The start of a body, without the token and the secrets, for people who view a delivery.</summary>
    /// <param name="isForExtension">Whether the body has the members that only an extension receives.</param>
    public static string? Shown(byte[] body, bool isForExtension)
    {
        if (body.Length == 0)
            return null;
        if (isForExtension && JsonNode.Parse(body) is JsonObject shown)
        {
            if (shown["authentication"] is JsonObject authentication)
                authentication["runtime_token"] = Cut;
            if (shown["secrets"] is JsonObject hidden)
                shown["secrets"] = new JsonObject(hidden.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Key, Cut)));
            body = JsonSerializer.SerializeToUtf8Bytes(shown, Indentless);
        }

        return StorableText.Of(Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, WebhookAttempt.MaxBodyLength))));
    }

    /// <summary>
    /// Shortens the long texts of a body that is too large; the members that an extension needs to respond stay complete.
    /// </summary>
    private static byte[] Fit(JsonObject body, JsonObject own)
    {
        foreach (var limit in CutLengths.Prepend(int.MaxValue))
        {
            if (limit != int.MaxValue)
            {
                CutTexts(body, limit);
                body["truncated"] = true;
            }

            var whole = (JsonObject)body.DeepClone();
            foreach (var (name, value) in own)
                whole[name] = value?.DeepClone();
            var bytes = JsonSerializer.SerializeToUtf8Bytes(whole, Indentless);
            if (bytes.Length <= WebhookDelivery.MaxBodyBytes)
                return bytes;
        }

        // Now only the number of values in the issue and the changes can make it too large.
        foreach (var name in (string[])["changes", "custom_fields", "labels"])
            body.Remove(name);
        (body["issue"] as JsonObject)?.Remove("custom_fields");
        foreach (var (name, value) in own)
            body[name] = value?.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(body, Indentless);
    }

    private static void CutTexts(JsonNode node, int limit)
    {
        switch (node)
        {
            case JsonObject values:
                foreach (var (name, value) in values.ToList())
                {
                    if (CutText(value, limit) is { } cut)
                        values[name] = cut;
                    else if (value is not null)
                        CutTexts(value, limit);
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (CutText(items[i], limit) is { } cut)
                        items[i] = cut;
                    else if (items[i] is { } item)
                        CutTexts(item, limit);
                }

                break;
        }
    }

    private static string? CutText(JsonNode? value, int limit)
    {
        if (
            value is not JsonValue text
            || text.GetValueKind() is not JsonValueKind.String
            || text.GetValue<string>() is not { } whole
            || whole.Length <= limit
        )
            return null;
        var end = char.IsHighSurrogate(whole[limit - 1]) ? limit - 1 : limit; // half a character is not valid text
        return whole[..end] + Cut;
    }
}
