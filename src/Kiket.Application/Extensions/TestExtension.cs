using Kiket.Application.Abstractions;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>
/// Tries an installed extension out as <see cref="TestWebhookCommand"/> does a subscription, with a token and secrets as it always gets
/// them. For administrators and the extension itself.
/// </summary>
public sealed record TestExtensionCommand(ExtensionRef Extension, ProjectRef? Project) : ICommand<Result<TestedWebhookDto>>;

internal sealed class TestExtensionHandler(IKiketDb db, ICurrentActor current, IWebhookProbe probe, TimeProvider time)
    : ICommandHandler<TestExtensionCommand, Result<TestedWebhookDto>>
{
    public async Task<Result<TestedWebhookDto>> Handle(TestExtensionCommand command, CancellationToken ct)
    {
        var found = await db.FindOwnExtensionAsync(command.Extension, command.Project, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var endpoint = await db.FindEndpointAsync(found.Value, ct);
        if (endpoint.Error is { } notCalled)
            return notCalled;
        db.Audit(found.Value, ExtensionAuditEntry.Tested, null, current, time.GetUtcNow());
        return await db.TestAsync(endpoint.Value, found.Value, probe, time, ct);
    }
}
