using System.Text;
using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Events;
using Kiket.Application.Ports;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>
/// The actions that send requests: they create a delivery, which is sent like any other after the action is committed.
/// </summary>
internal sealed partial class ActionRun
{
    /// <summary>Actions of extensions are named <c>ext:the_action</c> or <c>ext:the.extension.the_action</c>.</summary>
    public const string ExtensionPrefix = "ext:";

    /// <summary>
    /// Maximum number of hosts for the actions of one organization, because an address can come from an issue's fields.
    /// </summary>
    private const int MaxHosts = 200;

    private static readonly string[] Methods = ["POST", "PUT", "PATCH", "GET", "DELETE"];

    /// <summary>The endpoint for which the action has created a delivery, or null.</summary>
    public long? WebhookId { get; private set; }

    /// <summary>
    /// Sends a request to an address. Every connection checks whether the address may be called; if not, the delivery fails.
    /// </summary>
    private async Task<Result<(ActionOutcome Outcome, string Detail)>> SendAsync(
        Dictionary<string, JsonElement> given,
        string? body,
        CancellationToken ct
    )
    {
        if (TextOf(given, "url") is not { } address)
            return Skipped("The action has no URL; its placeholders may be empty.");
        if (!Webhook.IsAddress(address))
            return Error.Validation(
                "url",
                $"The url must be https://…, at most {Webhook.MaxUrlLength} characters, without a user."
            );
        var method = TextOf(given, "method")?.ToUpperInvariant() ?? "POST";
        if (!Methods.Contains(method))
            return Error.Validation("method", $"The method must be one of {string.Join(", ", Methods)}.");
        if (body is not null && Encoding.UTF8.GetByteCount(body) > WebhookDelivery.MaxBodyBytes)
            return Error.Validation("body", $"The body can have at most {WebhookDelivery.MaxBodyBytes} bytes.");
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (
            var header in given.TryGetValue("headers", out var chosen) && chosen.ValueKind is JsonValueKind.Object
                ? chosen.EnumerateObject()
                : default
        )
        {
            var value = FieldTypes.Scalar(header.Value) ?? "";
            if (WebhookHeaders.Validate(header.Name, value) is { } error)
                return Error.Validation("headers", $"{header.Name}: {error}");
            headers[header.Name] = value;
        }

        var host = ActionRequest.HostOf(new(address));
        if (await FindHostAsync(host, ct) is not { } webhook)
            return Error.Validation("url", $"Actions can send to at most {MaxHosts} hosts.");
        var request = JsonSerializer.Serialize(
            new ActionRequest(method, address, headers, body) { Trace = Tracing.Current },
            WireJson.Options
        );
        var delivery = WebhookDelivery.Send(
            webhook,
            protector.Protect(ISecretProtector.ActionPurpose, request),
            project.Id,
            issue.Id,
            now
        );
        await QueueAsync(delivery, ct);
        return Done($"Queued {method} to {host} as delivery {delivery.Id}.");
    }

    private async Task<Webhook?> FindHostAsync(string host, CancellationToken ct)
    {
        var hosts = db.Webhooks.Where(w => w.Kind == WebhookKind.Action);
        if (await hosts.OrderBy(w => w.Id).FirstOrDefaultAsync(w => w.Host == host, ct) is { } known)
            return known;
        if (await hosts.CountAsync(ct) >= MaxHosts)
            return null;
        var made = Webhook.ForActions(project.OrganizationId, host, now);
        db.Webhooks.Add(made);
        await work.FlushAsync(ct);
        return made;
    }

    /// <summary>
    /// The body as JSON. Even in a JSON text each value is filled separately, so that a title with a quote cannot break it.
    /// </summary>
    private string? BodyOf(WorkflowAction action)
    {
        if (
            action.Parameters.ValueKind is not JsonValueKind.Object
            || !action.Parameters.TryGetProperty("body", out var body)
            || body.ValueKind is JsonValueKind.Null
        )
            return null;
        if (
            body.ValueKind is JsonValueKind.String
            && body.GetString() is { } text
            && text.AsSpan().TrimStart() is ['{' or '[', ..]
        )
        {
            try
            {
                using var document = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false });
                return JsonSerializer.Serialize(Fill(document.RootElement), WireJson.Options);
            }
            catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
            {
                // Not JSON, so it is sent as plain text. A lone surrogate is found only when its value is read.
            }
        }

        return JsonSerializer.Serialize(Fill(body), WireJson.Options);
    }

    /// <summary>Asks an extension to run one of its actions.</summary>
    private async Task<Result<(ActionOutcome Outcome, string Detail)>> AskExtensionAsync(
        string name,
        Dictionary<string, JsonElement> given,
        CancellationToken ct
    )
    {
        var offers = (
            await db
                .Extensions.AsNoTracking()
                .Where(e => e.Status == ExtensionStatus.Active && (e.ProjectId == null || e.ProjectId == project.Id))
                .ToListAsync(ct)
        )
            .SelectMany(e => e.Manifest.WorkflowActions.Where(a => IsNamed(name, e, a)).Select(a => (Extension: e, Action: a)))
            .ToList();
        if (offers.Exists(o => o.Extension.ProjectId is not null))
            // An installation for the project takes precedence over one for the whole organization.
            offers.RemoveAll(o => o.Extension.ProjectId is null);
        if (offers.Count != 1)
        {
            return Skipped(
                offers.Count == 0
                    ? $"No extension here offers the action '{name}'."
                    : $"Several extensions offer '{name}': "
                        + $"{string.Join(", ", offers.Select(o => $"{ExtensionPrefix}{o.Extension.Key}.{o.Action.Id}"))}."
            );
        }

        var (extension, action) = offers[0];
        if (
            action.Parameters.Where(p => p.Required && !given.ContainsKey(p.Key)).Select(p => p.Key).ToList() is
            { Count: > 0 } missing
        )
            return Error.Validation(missing[0], $"The action requires {string.Join(", ", missing)}.");
        if (await db.Webhooks.WithSpecification(new EndpointOf(extension.Id)).FirstOrDefaultAsync(ct) is not { } webhook)
            return Skipped($"{extension.Key} runs inside its host and is not called.");

        var entry = LoggedEvent
            .Of(
                issue,
                new WorkflowTriggered(
                    action.Id,
                    Guid.NewGuid().ToString(),
                    JsonSerializer.SerializeToElement(given),
                    actor.UserId,
                    now
                ),
                EventCause.Automation,
                0
            )
            .Single();
        var document = (await db.ToDocumentsAsync([entry], url, ct))[0];
        var delivery = WebhookDelivery.Tell(
            webhook,
            entry.EventId,
            action.Handler ?? action.Id,
            JsonSerializer.Serialize(document, WireJson.Options),
            project.Id,
            issue.Id,
            now
        );
        await QueueAsync(delivery, ct);
        return Done($"Queued for {extension.Key} as delivery {delivery.Id}.");
    }

    private async Task QueueAsync(WebhookDelivery delivery, CancellationToken ct)
    {
        db.WebhookDeliveries.Add(delivery);
        await work.FlushAsync(ct);
        WebhookId = delivery.WebhookId;
    }

    private static bool IsNamed(string name, Extension extension, ExtensionAction action)
    {
        if (name == action.Id)
            return true;
        var rest = name.StartsWith(extension.Key, StringComparison.Ordinal) ? name.AsSpan(extension.Key.Length) : [];
        return rest is ['.' or ':' or '/', .. var id] && id.SequenceEqual(action.Id);
    }
}
