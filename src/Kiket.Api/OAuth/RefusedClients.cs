using Kiket.Api.Authentication;
using Kiket.Api.SignIn;
using Kiket.Application.OAuth;
using MediatR;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Kiket.Api.OAuth;

/// <summary>Logs and records applications whose secret is wrong, which the OAuth server refuses by itself.</summary>
internal static class RefusedClients
{
    public static void RecordRefusedClients(this OpenIddictServerBuilder server) =>
        server
            .AddEventHandler<ApplyTokenResponseContext>(Record)
            .AddEventHandler<ApplyIntrospectionResponseContext>(Record)
            .AddEventHandler<ApplyRevocationResponseContext>(Record)
            .AddEventHandler<ApplyDeviceAuthorizationResponseContext>(Record);

    private static void Record<TContext>(OpenIddictServerHandlerDescriptor.Builder<TContext> handler)
        where TContext : BaseContext =>
        handler.UseInlineHandler(context => RecordAsync(context.Transaction)).SetOrder(int.MinValue);

    private static async ValueTask RecordAsync(OpenIddictServerTransaction transaction)
    {
        if (
            transaction.Response?.Error is not Errors.InvalidClient
            || transaction.GetHttpRequest()?.HttpContext is not { } context
        )
            return;
        var services = context.RequestServices;
        services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RefusedClients)).LogFailedSignIn(context);
        if (transaction.Request?.ClientId is not { } client)
            return;
        PageCookie.Identify(context, "none");
        await services
            .GetRequiredService<RecordedRefusals>()
            .RecordAsync(
                services.GetRequiredService<IMediator>(),
                new RefuseClientCommand(client),
                context.Connection.RemoteIpAddress,
                context.RequestAborted
            );
    }
}
