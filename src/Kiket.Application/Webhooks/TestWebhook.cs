using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Webhooks;

/// <summary>
/// Tests a subscription: immediately sends it a test event once, and returns the request and the response. A pause of the
/// endpoint does not prevent the test and continues after it. For extensions.
/// </summary>
internal sealed record TestWebhookCommand(long Id) : IExternalCommand<Result<TestedWebhookDto>>;

/// <param name="Response">The response, or null if there was none.</param>
/// <param name="Error">Why it failed, or null.</param>
internal sealed record TestedWebhookDto(
    DeliveryDto Delivery,
    TestRequestDto Request,
    TestResponseDto? Response,
    int DurationMs,
    string? Error
);

internal sealed record TestRequestDto(string Url, IReadOnlyDictionary<string, string> Headers, string Body);

/// <param name="Body">The start of the response body.</param>
internal sealed record TestResponseDto(int Status, IReadOnlyDictionary<string, string> Headers, string? Body);

internal sealed class TestWebhookHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    IWebhookProbe probe,
    TimeProvider time
) : IExternalCommandHandler<TestWebhookCommand, Result<TestedWebhookDto>>
{
    public Task<Result<TestedWebhookDto>> Handle(TestWebhookCommand command, CancellationToken ct) =>
        EndpointTest.RunAsync(
            db,
            work,
            probe,
            time,
            async () =>
            {
                var found = await db.FindSubscriptionAsync(command.Id, current, ct);
                return found.Error is { } unavailable
                    ? unavailable
                    : new EndpointTest.TestedEndpoint(found.Value, Extension: null);
            },
            ct
        );
}
