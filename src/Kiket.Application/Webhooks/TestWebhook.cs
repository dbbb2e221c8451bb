using Kiket.Application.Abstractions;
using Kiket.Domain.Common;

namespace Kiket.Application.Webhooks;

/// <summary>
/// Tries a subscription out: sends it an event of its own, once and at once, and says what was sent and answered. A pause of the endpoint
/// neither prevents it nor ends with it. For extensions.
/// </summary>
public sealed record TestWebhookCommand(long Id) : ICommand<Result<TestedWebhookDto>>;

/// <param name="Response">What was answered, or null when nothing was.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record TestedWebhookDto(DeliveryDto Delivery, TestRequestDto Request, TestResponseDto? Response, int DurationMs, string? Error);

public sealed record TestRequestDto(string Url, IReadOnlyDictionary<string, string> Headers, string Body);

/// <param name="Body">The beginning of what was answered.</param>
public sealed record TestResponseDto(int Status, IReadOnlyDictionary<string, string> Headers, string? Body);

internal sealed class TestWebhookHandler(IKiketDb db, ICurrentActor current, IWebhookProbe probe, TimeProvider time)
    : ICommandHandler<TestWebhookCommand, Result<TestedWebhookDto>>
{
    public async Task<Result<TestedWebhookDto>> Handle(TestWebhookCommand command, CancellationToken ct)
    {
        var found = await db.FindSubscriptionAsync(command.Id, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        return await db.TestAsync(found.Value, extension: null, probe, time, ct);
    }
}
