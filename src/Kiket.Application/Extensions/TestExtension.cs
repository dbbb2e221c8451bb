using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>
/// Tests an installed extension as <see cref="TestWebhookCommand"/> tests a subscription, with the token and secrets of an
/// ordinary delivery. For administrators and the extension itself.
/// </summary>
internal sealed record TestExtensionCommand(ExtensionRef Extension, ProjectRef? Project)
    : IExternalCommand<Result<TestedWebhookDto>>;

internal sealed class TestExtensionHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    IWebhookProbe probe,
    TimeProvider time
) : IExternalCommandHandler<TestExtensionCommand, Result<TestedWebhookDto>>
{
    public Task<Result<TestedWebhookDto>> Handle(TestExtensionCommand command, CancellationToken ct) =>
        EndpointTest.RunAsync(
            db,
            work,
            probe,
            time,
            async () =>
            {
                var found = await db.FindOwnExtensionAsync(command.Extension, command.Project, current, ct);
                if (found.Error is { } unavailable)
                    return unavailable;
                var endpoint = await db.FindEndpointAsync(found.Value, ct);
                if (endpoint.Error is { } notCalled)
                    return notCalled;
                db.Audit(found.Value, ExtensionAuditEntry.Tested, null, current, time.GetUtcNow());
                return new EndpointTest.TestedEndpoint(endpoint.Value, found.Value);
            },
            ct
        );
}
