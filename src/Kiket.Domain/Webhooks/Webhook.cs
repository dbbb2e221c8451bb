using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;

namespace Kiket.Domain.Webhooks;

/// <summary>What an endpoint was made for.</summary>
internal enum WebhookKind
{
    /// <summary>The callback of an extension's manifest.</summary>
    Extension,

    /// <summary>A subscription that an extension has made.</summary>
    Subscription,

    /// <summary>A host to which actions of workflows send.</summary>
    Action,
}

/// <summary>In which order deliveries go out.</summary>
internal enum DeliveryOrdering
{
    /// <summary>In any order; a failing one does not hold back others.</summary>
    None,

    /// <summary>Those of one issue strictly one after the other.</summary>
    Issue,
}

/// <summary>One event that an endpoint wants.</summary>
/// <param name="Event">The name or alias that it asked for, under which it gets the event.</param>
/// <param name="TimeoutMs">How long an attempt may take, 100 to 60,000 milliseconds, or null for the endpoint's own.</param>
/// <param name="Retries">How many retries there are, or null for all of the schedule.</param>
/// <param name="Required">
/// Whether a guard must answer before a transition; such a hook is called in the transition and gets no delivery.
/// </param>
internal sealed record WebhookHook(string Event, int? TimeoutMs = null, int? Retries = null, bool Required = false);

/// <summary>Where and how an endpoint is reached.</summary>
/// <param name="Url">Its address.</param>
/// <param name="IsExact">Whether the address is used as it is; else <c>/webhooks/{event}</c> follows it (decisions, 33).</param>
/// <param name="Headers">Headers that every request carries.</param>
/// <param name="Scheme">How deliveries are signed.</param>
/// <param name="Ordering">In which order they go out.</param>
/// <param name="TimeoutMs">How long an attempt may take, 100 to 60,000 milliseconds.</param>
internal sealed record WebhookTarget(
    string Url,
    bool IsExact,
    IReadOnlyDictionary<string, string> Headers,
    SignatureScheme Scheme,
    DeliveryOrdering Ordering,
    int TimeoutMs
);

/// <summary>An endpoint that receives events.</summary>
internal sealed class Webhook : AggregateRoot<long>
{
    /// <summary>Longest address, in characters.</summary>
    public const int MaxUrlLength = 2_000;

    /// <summary>How long an attempt may take when nobody says otherwise (contract 15.5).</summary>
    /// <value>Milliseconds.</value>
    public const int DefaultTimeoutMs = 10_000;

    /// <summary>The shortest time limit.</summary>
    /// <value>Milliseconds.</value>
    public const int MinTimeoutMs = 100;

    /// <summary>The longest time limit.</summary>
    /// <value>Milliseconds.</value>
    public const int MaxTimeoutMs = 60_000;

    /// <summary>How many subscriptions an installation has at once.</summary>
    public const int MaxSubscriptions = 50;

    /// <summary>How many deliveries to one endpoint are on their way at once.</summary>
    public const int MaxInFlight = 5;

    /// <summary>How long the previous secret also signs after a rotation (contract 15.4).</summary>
    public static TimeSpan SecretOverlap { get; } = TimeSpan.FromHours(24);

    /// <summary>How long somebody can pause an endpoint: events are kept longer than that.</summary>
    public static TimeSpan LongestPause { get; } = TimeSpan.FromDays(7);

    private Webhook() { }

    /// <summary>The project whose events it gets, or null for those of the whole organization.</summary>
    public ProjectId? ProjectId { get; private set; }

    /// <summary>The installation of the extension that it belongs to, or null for an action's host.</summary>
    public ExtensionId? ExtensionId { get; private set; }

    /// <summary>What it was made for.</summary>
    public WebhookKind Kind { get; private set; }

    /// <summary>Where and how it is reached.</summary>
    public WebhookTarget Target { get; private set; } = null!;

    /// <summary>For an action's host, the host; else empty.</summary>
    public string Host { get; private set; } = "";

    /// <summary>The events that it wants.</summary>
    public IReadOnlyList<WebhookHook> Hooks { get; private set; } = [];

    /// <summary>The secret that signs, encrypted; null when nothing is signed.</summary>
    public string? Secret { get; private set; }

    /// <summary>The secret before the last rotation, encrypted, or null.</summary>
    public string? PreviousSecret { get; private set; }

    /// <summary>Until when <see cref="PreviousSecret"/> signs as well (UTC).</summary>
    public DateTimeOffset? PreviousSecretUntil { get; private set; }

    /// <summary>Whether it receives events. Deactivation is permanent; the row keeps the history of its deliveries.</summary>
    public bool Active { get; private set; }

    /// <summary>Whether it is sent to at the moment.</summary>
    public Circuit Circuit => new(FailuresInRow, Pauses, PausedUntil);

    /// <inheritdoc cref="Circuit.FailuresInRow"/>
    public int FailuresInRow { get; private set; }

    /// <inheritdoc cref="Circuit.Pauses"/>
    public int Pauses { get; private set; }

    /// <inheritdoc cref="Circuit.PausedUntil"/>
    public DateTimeOffset? PausedUntil { get; private set; }

    /// <summary>Where and how an extension's manifest says that it is reached.</summary>
    /// <param name="callback">The manifest's callback.</param>
    /// <param name="url">Its address, with the host's environment filled in.</param>
    public static WebhookTarget TargetOf(ExtensionCallback callback, string url)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new(
            url,
            callback.ExactUrl,
            callback.Headers,
            callback.SignatureScheme,
            DeliveryOrdering.None,
            callback.TimeoutMs ?? DefaultTimeoutMs
        );
    }

    /// <summary>The events that an extension's manifest subscribes to.</summary>
    /// <param name="manifest">The manifest.</param>
    public static IReadOnlyList<WebhookHook> HooksOf(ExtensionManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return
        [
            .. manifest
                .Subscriptions()
                .Where(h => EventNames.Resolve(h.Event) is not null)
                .Select(h => new WebhookHook(
                    h.Event,
                    h.TimeoutMs,
                    h.Retries,
                    h.Event == EventNames.WorkflowBeforeTransition && (h.Required ?? manifest.Callback?.Required ?? false)
                )),
        ];
    }

    /// <summary>Creates an endpoint.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="projectId">The project whose events it gets, or null for those of the whole organization.</param>
    /// <param name="extensionId">The installation that it belongs to.</param>
    /// <param name="kind">What it is made for.</param>
    /// <param name="target">Where and how it is reached.</param>
    /// <param name="hooks">The events that it wants.</param>
    /// <param name="secret">The secret that signs, encrypted.</param>
    /// <param name="at">Instant of the creation.</param>
    public static Webhook For(
        OrganizationId organizationId,
        ProjectId? projectId,
        ExtensionId extensionId,
        WebhookKind kind,
        WebhookTarget target,
        IReadOnlyList<WebhookHook> hooks,
        string? secret,
        DateTimeOffset at
    )
    {
        var webhook = new Webhook
        {
            OrganizationId = organizationId,
            ProjectId = projectId,
            ExtensionId = extensionId,
            Kind = kind,
            Target = target,
            Hooks = hooks,
            Secret = secret,
            Active = true,
        };
        webhook.Created(at);
        return webhook;
    }

    /// <summary>Makes the endpoint of a host to which actions send; it wants no events of its own accord.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="host">Scheme, host and port: <c>https://example.com:443</c>.</param>
    /// <param name="at">Instant of the creation.</param>
    public static Webhook ForActions(OrganizationId organizationId, string host, DateTimeOffset at)
    {
        var webhook = new Webhook
        {
            OrganizationId = organizationId,
            Kind = WebhookKind.Action,
            Target = new(
                host,
                true,
                new Dictionary<string, string>(),
                SignatureScheme.Timestamp,
                DeliveryOrdering.None,
                DefaultTimeoutMs
            ),
            Host = host,
            Active = true,
        };
        webhook.Created(at);
        return webhook;
    }

    /// <summary>
    /// Whether somebody who wants events can be reached there at all; whether the network allows it is checked elsewhere.
    /// </summary>
    /// <param name="url">The address.</param>
    public static bool IsAddress(string? url) => WebAddress.IsHttp(url, MaxUrlLength) && new Uri(url!).UserInfo.Length == 0;

    /// <summary>The hook under which it gets an event, or null when it does not want it.</summary>
    /// <param name="logged">The event.</param>
    public WebhookHook? HookFor(LoggedEvent logged)
    {
        ArgumentNullException.ThrowIfNull(logged);
        return Active && (ProjectId is null || ProjectId == logged.ProjectId) && logged.OccurredAt >= CreatedAt
            ? Hooks.FirstOrDefault(h => !h.Required && EventNames.Matches(h.Event, logged.Name, logged.Facts.To))
            : null;
    }

    /// <summary>Follows another version of its manifest. The secret stays.</summary>
    /// <param name="target">Where and how it is reached.</param>
    /// <param name="hooks">The events that it wants.</param>
    /// <param name="at">Instant of the change.</param>
    public void Follow(WebhookTarget target, IReadOnlyList<WebhookHook> hooks, DateTimeOffset at)
    {
        (Target, Hooks) = (target, hooks);
        Resume(at);
    }

    /// <summary>Rotates its secret; the previous one also signs for <see cref="SecretOverlap"/>.</summary>
    /// <param name="secret">The new secret, encrypted.</param>
    /// <param name="at">Instant of the rotation.</param>
    public void RotateSecret(string secret, DateTimeOffset at)
    {
        (PreviousSecret, Secret, PreviousSecretUntil) = (Secret, secret, (at + SecretOverlap).ToUniversalTime());
        Touch(at);
    }

    /// <summary>Sends nothing for a while; events wait.</summary>
    /// <param name="pause">How long, at most <see cref="LongestPause"/>.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c> when it is too long or not positive.</returns>
    public Result Pause(TimeSpan pause, DateTimeOffset at)
    {
        if (pause <= TimeSpan.Zero || pause > LongestPause)
            return Error.Validation("pause", $"A pause can take at most {LongestPause.TotalDays} days.");
        (FailuresInRow, Pauses, PausedUntil) = Circuit.PauseByHand(at + pause);
        Touch(at);
        return Result.Success;
    }

    /// <summary>Ends a pause at once.</summary>
    /// <param name="at">Instant of the change.</param>
    public void Resume(DateTimeOffset at)
    {
        (FailuresInRow, Pauses, PausedUntil) = (0, 0, null);
        Touch(at);
    }

    /// <summary>Stops it for good.</summary>
    /// <param name="at">Instant of the change.</param>
    public void Stop(DateTimeOffset at)
    {
        Active = false;
        Touch(at);
    }
}
