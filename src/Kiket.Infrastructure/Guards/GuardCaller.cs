using System.Globalization;
using Kiket.Application.Events;
using Kiket.Application.Guards;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Guards;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Guards;

/// <summary>
/// Calls guards as deliveries are sent, with the same body, signature and protection, but immediately and only once.
/// </summary>
internal sealed class GuardCaller(
    IKiketDb db,
    WebhookPayloads payloads,
    WebhookRequests requests,
    WebhookSender sender,
    WebhookMetrics metrics,
    GuardOptions options,
    TimeProvider time
) : IGuardCaller
{
    public async Task<IReadOnlyList<GuardVerdict>> AskAsync(
        IReadOnlyList<Webhook> guards,
        EventDto question,
        CancellationToken ct
    )
    {
        List<ExtensionId?> ids = [.. guards.Select(g => g.ExtensionId)];
        var extensions = await db.Extensions.AsNoTracking().Where(e => ids.Contains(e.Id)).ToDictionaryAsync(e => e.Id, ct);
        List<(Extension Extension, OutgoingRequest? Request)> calls = [];
        foreach (var guard in guards)
        {
            var extension = extensions[guard.ExtensionId!.Value];
            var delivery = WebhookDelivery.Tell(
                guard,
                question.Id,
                EventNames.WorkflowBeforeTransition,
                "",
                question.ProjectId,
                question.IssueId,
                time.GetUtcNow()
            );
            var body = await payloads.WriteAsync(delivery, question, extension, ct);
            calls.Add((extension, requests.Of(guard, delivery, extension, body)));
        }

        return await Task.WhenAll(calls.Select(a => AskAsync(a.Extension, a.Request, ct)));
    }

    private async Task<GuardVerdict> AskAsync(Extension extension, OutgoingRequest? request, CancellationToken ct)
    {
        if (request is null)
            return new(
                extension.Key,
                GuardDecision.Deny,
                $"{extension.Manifest.Name} cannot be asked: its secret cannot be decrypted.",
                0
            );
        var deadline = TimeSpan.FromMilliseconds(options.DeadlineMs);
        request = request with
        {
            Timeout = request.Timeout < deadline ? request.Timeout : deadline,
            AnswerLimit = GuardAnswer.MaxBytes,
        };
        var sent = await sender.SendAsync(request, ct);
        var (decision, message) = Read(extension, sent);
        metrics.Guarded(decision, sent.Duration);
        return new(extension.Key, decision, message, (int)sent.Duration.TotalMilliseconds);
    }

    /// <summary>Without a reliable answer, a required guard denies the move.</summary>
    private static (GuardDecision Decision, string? Message) Read(Extension extension, SentRequest sent)
    {
        if (sent.Outcome.Verdict is not AttemptVerdict.Delivered)
        {
            return (
                GuardDecision.Deny,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{extension.Manifest.Name} did not answer correctly ({sent.Outcome.Error}), so the transition is denied."
                )
            );
        }

        var (decision, text) = GuardAnswer.Read(sent.Answer);
        return decision is { } verdict
            ? (verdict, text)
            : (GuardDecision.Deny, $"The answer of {extension.Manifest.Name} {text}, so the transition is denied.");
    }
}
