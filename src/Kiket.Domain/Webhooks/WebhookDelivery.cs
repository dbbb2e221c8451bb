using Kiket.Domain.Common;
using Kiket.Domain.Events;

namespace Kiket.Domain.Webhooks;

/// <summary>The status of a delivery.</summary>
internal enum DeliveryState
{
    /// <summary>It waits for its first or next attempt.</summary>
    Pending,

    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>It was refused, or its last attempt failed. It can be sent again by hand.</summary>
    Failed,

    /// <summary>Its endpoint was stopped before it had it.</summary>
    Cancelled,
}

/// <summary>One event on its way to one endpoint, with all attempts under one id.</summary>
internal sealed class WebhookDelivery
{
    /// <summary>Longest kept error, in characters.</summary>
    public const int MaxErrorLength = 500;

    /// <summary>How long a body is at most (contract 15.2).</summary>
    /// <value>Bytes.</value>
    public const int MaxBodyBytes = 500_000;

    /// <summary>Name of what actions of workflows send to hosts of their choice.</summary>
    public const string ActionEvent = "workflow.action";

    /// <summary>The name under which an endpoint is tried out.</summary>
    public const string TestEvent = "webhook.test";

    private WebhookDelivery() { }

    /// <summary>Database id; sent as <c>X-Kiket-Delivery</c> with every attempt.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The endpoint.</summary>
    public long WebhookId { get; private set; }

    /// <summary>The installation that the endpoint belongs to, or null.</summary>
    public ExtensionId? ExtensionId { get; private set; }

    /// <summary>The entry of the event log, or null for a message to this endpoint only.</summary>
    public long? LoggedEventId { get; private set; }

    /// <summary>The public id of the event: <c>evt_…</c></summary>
    public string EventId { get; private set; } = "";

    /// <summary>The name or alias under which the endpoint receives it.</summary>
    public string Event { get; private set; } = "";

    /// <summary>The project, or null.</summary>
    public ProjectId? ProjectId { get; private set; }

    /// <summary>The issue, or null.</summary>
    public IssueId? IssueId { get; private set; }

    /// <summary>The content if there is no entry of the log: a JSON object; otherwise null.</summary>
    public string? Payload { get; private set; }

    /// <summary>The whole request that an action has written, encrypted, for it may hold secrets; else null.</summary>
    public string? Request { get; private set; }

    /// <summary>Its status.</summary>
    public DeliveryState State { get; private set; }

    /// <summary>How many attempts there were.</summary>
    public int Attempts { get; private set; }

    /// <summary>How many of them were made before it was redelivered by hand, which restarts the schedule.</summary>
    public int EarlierAttempts { get; private set; }

    /// <summary>When it is due (UTC); past states keep the last one.</summary>
    public DateTimeOffset NextAttemptAt { get; private set; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was delivered, or failed for good (UTC); null while it is pending.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>HTTP status of the last answer, or null.</summary>
    public int? LastStatus { get; private set; }

    /// <summary>Why the last attempt failed, or null.</summary>
    public string? LastError { get; private set; }

    /// <summary>Creates the delivery of an event of the log to an endpoint.</summary>
    /// <param name="webhook">The endpoint.</param>
    /// <param name="hook">The hook under which it gets the event.</param>
    /// <param name="logged">The event.</param>
    /// <param name="at">Instant of the creation.</param>
    public static WebhookDelivery Of(Webhook webhook, WebhookHook hook, LoggedEvent logged, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        ArgumentNullException.ThrowIfNull(hook);
        ArgumentNullException.ThrowIfNull(logged);
        return new()
        {
            OrganizationId = webhook.OrganizationId,
            WebhookId = webhook.Id,
            ExtensionId = webhook.ExtensionId,
            LoggedEventId = logged.Id,
            EventId = logged.EventId,
            Event = hook.Event,
            ProjectId = logged.ProjectId,
            IssueId = logged.IssueId,
            NextAttemptAt = at.ToUniversalTime(),
            CreatedAt = at.ToUniversalTime(),
        };
    }

    /// <summary>Sends an endpoint a message that is not in the log.</summary>
    /// <param name="webhook">The endpoint.</param>
    /// <param name="eventId">Public id of the event.</param>
    /// <param name="name">Its name.</param>
    /// <param name="payload">The content: a JSON object.</param>
    /// <param name="projectId">The project, or null.</param>
    /// <param name="issueId">The issue, or null.</param>
    /// <param name="at">Instant of the creation.</param>
    public static WebhookDelivery Tell(
        Webhook webhook,
        string eventId,
        string name,
        string payload,
        ProjectId? projectId,
        IssueId? issueId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return new()
        {
            OrganizationId = webhook.OrganizationId,
            WebhookId = webhook.Id,
            ExtensionId = webhook.ExtensionId,
            EventId = eventId,
            Event = name,
            Payload = payload,
            ProjectId = projectId,
            IssueId = issueId,
            NextAttemptAt = at.ToUniversalTime(),
            CreatedAt = at.ToUniversalTime(),
        };
    }

    /// <summary>Sends what an action of a workflow has written.</summary>
    /// <param name="webhook">The endpoint of its host.</param>
    /// <param name="request">The request, encrypted.</param>
    /// <param name="projectId">The issue's project.</param>
    /// <param name="issueId">The issue on which the action runs.</param>
    /// <param name="at">Instant of the creation.</param>
    public static WebhookDelivery Send(Webhook webhook, string request, ProjectId projectId, IssueId issueId, DateTimeOffset at)
    {
        var delivery = Tell(webhook, LoggedEvent.NewEventId(), ActionEvent, "", projectId, issueId, at);
        (delivery.Payload, delivery.Request) = (null, request);
        return delivery;
    }

    /// <summary>
    /// Creates a test of an endpoint. The caller sends it, once: it counts as failed until its attempt is recorded, so that no
    /// worker ever takes it, even if the process ends first.
    /// </summary>
    /// <param name="webhook">The endpoint.</param>
    /// <param name="eventId">Public id of the event.</param>
    /// <param name="payload">The content: a JSON object.</param>
    /// <param name="at">Instant of the creation.</param>
    public static WebhookDelivery Test(Webhook webhook, string eventId, string payload, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        var delivery = Tell(webhook, eventId, TestEvent, payload, webhook.ProjectId, null, at);
        (delivery.State, delivery.CompletedAt, delivery.LastError) = (
            DeliveryState.Failed,
            at.ToUniversalTime(),
            "the test did not finish"
        );
        return delivery;
    }

    /// <summary>Records the end of an attempt and decides what follows.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="retries">How many retries there are at most.</param>
    /// <param name="chance">A random number from 0 to 1, which spreads the retries.</param>
    /// <param name="at">Instant of its end.</param>
    /// <returns>What the attempt meant.</returns>
    public AttemptVerdict RecordAttempt(AttemptOutcome outcome, int retries, double chance, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Attempts++;
        (LastStatus, LastError) = (outcome.Status, outcome.Error is { } error ? StorableText.Of(error, MaxErrorLength) : null);
        var verdict = outcome.Verdict;
        var (made, now) = (Attempts - EarlierAttempts, at.ToUniversalTime());
        if (verdict is AttemptVerdict.Delivered)
            (State, CompletedAt) = (DeliveryState.Delivered, now);
        else if (verdict is AttemptVerdict.Gone)
            NextAttemptAt = now; // waits for the endpoint's return, however long that takes
        else if (
            verdict is AttemptVerdict.Retry
            && RetryPolicy.Deliveries.DelayAfter(made, chance, retries, outcome.RetryAfter) is { } delay
        )
            NextAttemptAt = now + delay;
        else
            (State, CompletedAt) = (DeliveryState.Failed, now);
        return verdict;
    }

    /// <summary>
    /// Redelivers it under the same ids, with the whole retry schedule. A pending delivery makes its next attempt now, and its
    /// schedule continues from there.
    /// </summary>
    /// <param name="at">Instant of the request.</param>
    public void Redeliver(DateTimeOffset at)
    {
        var now = at.ToUniversalTime();
        if (State is not DeliveryState.Pending)
            (State, CompletedAt, EarlierAttempts, NextAttemptAt) = (DeliveryState.Pending, null, Attempts, now);
        else if (NextAttemptAt > now)
            NextAttemptAt = now;
    }
}

/// <summary>One attempt of a delivery: what was sent and what was answered, without secrets.</summary>
internal sealed class WebhookAttempt
{
    /// <summary>How much of an answer's body is kept, in characters.</summary>
    public const int MaxBodyLength = 16_384;

    private WebhookAttempt() { }

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The delivery.</summary>
    public long DeliveryId { get; private set; }

    /// <summary>Counts the delivery's attempts from 1.</summary>
    public int Number { get; private set; }

    /// <summary>When it began (UTC).</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>How long it took.</summary>
    /// <value>Milliseconds.</value>
    public int DurationMs { get; private set; }

    /// <summary>The worker that made it.</summary>
    public Guid DrainId { get; private set; }

    /// <summary>HTTP status of the response, or null if there was none.</summary>
    public int? Status { get; private set; }

    /// <summary>Why there was no answer, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>The request and the response.</summary>
    public AttemptExchange Exchange { get; private set; } = null!;

    /// <summary>Records an attempt.</summary>
    /// <param name="delivery">The delivery, which has counted the attempt.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="exchange">The request and the response.</param>
    /// <param name="drainId">The worker that made it.</param>
    /// <param name="at">Instant of its beginning.</param>
    /// <param name="duration">How long it took.</param>
    public static WebhookAttempt Of(
        WebhookDelivery delivery,
        AttemptOutcome outcome,
        AttemptExchange exchange,
        Guid drainId,
        DateTimeOffset at,
        TimeSpan duration
    )
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(outcome);
        return new()
        {
            OrganizationId = delivery.OrganizationId,
            DeliveryId = delivery.Id,
            Number = delivery.Attempts,
            At = at.ToUniversalTime(),
            DurationMs = (int)Math.Min(duration.TotalMilliseconds, int.MaxValue),
            DrainId = drainId,
            Status = outcome.Status,
            Error = delivery.LastError,
            Exchange = exchange,
        };
    }
}

/// <summary>
/// The request and the response. Secrets in headers and in the body that was sent are replaced by <c>…</c>.
/// </summary>
/// <param name="Url">The address.</param>
/// <param name="RequestHeaders">The headers that were sent.</param>
/// <param name="ResponseHeaders">The headers that were answered.</param>
/// <param name="ResponseBody">The body that was answered, at most 16,384 characters, or null.</param>
internal sealed record AttemptExchange(
    string Url,
    IReadOnlyDictionary<string, string> RequestHeaders,
    IReadOnlyDictionary<string, string> ResponseHeaders,
    string? ResponseBody
)
{
    /// <summary>
    /// The body that was sent, at most 16,384 characters; null when there was none, and in attempts that did not keep it.
    /// </summary>
    public string? RequestBody { get; init; }
}
