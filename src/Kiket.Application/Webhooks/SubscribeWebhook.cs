using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>Subscribes an address to the events of the project that the extension is installed for. For extensions.</summary>
/// <param name="Url">The address, which is used unchanged.</param>
/// <param name="Events">Names or aliases, at least one.</param>
/// <param name="Secret">The signing secret, or null to generate one.</param>
internal sealed record SubscribeWebhookCommand(
    string? Url,
    IReadOnlyList<string>? Events,
    string? Secret,
    SignatureScheme Scheme,
    DeliveryOrdering Ordering
) : ICommand<Result<WebhookDto>>;

/// <summary>Resolves the address to check whether it may be called.</summary>
internal sealed class SubscriptionPreparation(ICurrentActor current, IOutboundTargets targets)
    : IPreparation<SubscribeWebhookCommand>
{
    /// <summary>Why the address may not be called, or null.</summary>
    public string? AddressFault { get; private set; }

    public async Task PrepareAsync(SubscribeWebhookCommand command, CancellationToken ct) =>
        AddressFault = current.Extension is null ? null : await targets.ValidateAsync(command.Url ?? "", ct);
}

internal sealed class SubscribeWebhookHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    SubscriptionPreparation preparation,
    ISecretProtector protector,
    TimeProvider time
) : ICommandHandler<SubscribeWebhookCommand, Result<WebhookDto>>
{
    public async Task<Result<WebhookDto>> Handle(SubscribeWebhookCommand command, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        if (current.Lacks(ScopeDemands.ScopesOf((command.Events ?? []).OfType<string>())) is { } lacking)
            return lacking;

        var secret = command.Secret ?? WebhookSecret.Generate();
        List<ErrorDetail> errors = [];
        if (preparation.AddressFault is { } refused)
            errors.Add(new("url", refused));
        if (command.Events is not { Count: > 0 })
            errors.Add(new("events", $"At least one event is required. Events: {string.Join(", ", EventNames.Subscribable)}."));
        foreach (var unknown in (command.Events ?? []).Where(e => EventNames.Resolve(e ?? "") is null))
            errors.Add(new("events", $"'{unknown}' is not a valid event. Events: {string.Join(", ", EventNames.Subscribable)}."));
        if (WebhookSecret.Validate(command.Scheme, secret) is { } unfit)
            errors.Add(new("secret", unfit));
        if (errors.Count > 0)
            return Error.Validation([.. errors]);

        // Locks the installation's row, so that two concurrent requests do not both take the last place.
        await db
            .Extensions.Where(e => e.Id == own.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.KeyPrefix, e => e.KeyPrefix), ct);
        if (
            await db.Webhooks.CountAsync(w => w.ExtensionId == own.Id && w.Kind == WebhookKind.Subscription && w.Active, ct)
            >= Webhook.MaxSubscriptions
        )
            return WebhookErrors.TooMany;

        var target = new WebhookTarget(
            command.Url!,
            true,
            new Dictionary<string, string>(),
            command.Scheme,
            command.Ordering,
            Webhook.DefaultTimeoutMs
        );
        var webhook = Webhook.For(
            current.Actor.OrganizationId,
            own.ProjectId,
            own.Id,
            WebhookKind.Subscription,
            target,
            [.. command.Events!.Distinct().Select(e => new WebhookHook(e))],
            protector.Protect(ISecretProtector.WebhookPurpose, secret),
            time.GetUtcNow()
        );
        db.Webhooks.Add(webhook);
        await work.FlushAsync(ct);
        return WebhookDto.Of(webhook) with { Secret = secret };
    }
}
