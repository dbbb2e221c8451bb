using System.Security.Claims;
using System.Text.Encodings.Web;
using Kiket.Api.Http;
using Kiket.Application.Extensions;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Kiket.Api.Authentication;

/// <summary>
/// Authenticates a request by its workspace or personal token, <c>Authorization: Bearer …</c>; on the routes for extensions also
/// by the credential of an extension.
/// </summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IMediator mediator,
    CurrentActor current,
    RecordedRefusals refusals
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    public const string ScopeClaim = "scope";
    public const string ApiKeyHeader = "X-Kiket-API-Key";
    public const string RuntimeTokenHeader = "X-Kiket-Runtime-Token";
    private static readonly string[] RuntimeTokenHeaders = [RuntimeTokenHeader, "X-Runtime-Token"];

    /// <summary>
    /// Routes that ask for no credential skip authentication, so that liveness is reported even when the database is unavailable.
    /// </summary>
    private bool IsForEverybody =>
        Context.GetEndpoint() is RouteEndpoint endpoint
        && (
            endpoint.Metadata.GetMetadata<IAuthorizeData>() is null || endpoint.Metadata.GetMetadata<WithoutSignIn>() is not null
        );

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (IsForEverybody || ReadCredential() is not { } credential)
            return AuthenticateResult.NoResult();

        var result = await mediator.Send(credential, Context.RequestAborted);
        if (result.Error is { } error)
        {
            Logger.LogFailedSignIn(Context);
            current.Origin = new("none", Context.Connection.RemoteIpAddress?.ToString(), RequestId.Of(Context));
            await refusals.RecordAsync(mediator, credential, Context.RequestAborted);
            return AuthenticateResult.Fail(error.Message);
        }

        var (actor, name, scopes, counted, requests, window) = result.Value;
        if (result.Value.Extension is { } extension)
            current.SignIn(actor, scopes, extension);
        else
            current.SignIn(actor, scopes);
        current.Origin = new(counted, Context.Connection.RemoteIpAddress?.ToString(), RequestId.Of(Context));
        Context.Features.Set(new CountedCredential(counted, credential, result.Value.Extension is not null, requests, window));
        var identity = new ClaimsIdentity(SchemeName);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, actor.UserId.ToString()));
        identity.AddClaim(new(ClaimTypes.Name, name));
        identity.AddClaim(new(ClaimTypes.Role, WireName.Of(actor.Role)));
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = SchemeName;
        return ErrorBody.WriteAsync(Context, ErrorHandler.MissingToken, StatusCodes.Status401Unauthorized);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context
            .GetEndpoint()
            ?.Metadata.OfType<RequiredScope>()
            .FirstOrDefault(s => !current.Allows(s.Resource, s.Action));
        return ErrorBody.WriteAsync(
            Context,
            needed is null
                ? Error.Forbidden("Your role does not allow this.")
                : new Error(ErrorKind.Forbidden, ServerErrorCodes.ForbiddenScope, $"The token lacks the scope {needed}.")
        );
    }

    /// <summary>
    /// On the routes for extensions, the credential of an extension takes precedence, so that an invalid bearer token beside it
    /// does no harm (contract, section 2.1); elsewhere only a bearer token counts.
    /// </summary>
    private IRequest<Result<SignedIn>>? ReadCredential()
    {
        var isForExtensions = ExtensionPaths.Matches(Request.Path);
        if (
            isForExtensions
            && RuntimeTokenHeaders.Select(h => Request.Headers[h].ToString()).FirstOrDefault(t => t.Length > 0) is { } runtime
        )
            return new AuthenticateExtensionQuery(runtime.Trim(), IsRuntimeToken: true, Context.Connection.RemoteIpAddress);
        if (isForExtensions && Request.Headers[ApiKeyHeader].ToString() is { Length: > 0 } key)
            return new AuthenticateExtensionQuery(key.Trim(), IsRuntimeToken: false, Context.Connection.RemoteIpAddress);
        if (ReadToken() is not { } token)
            return null;
        return isForExtensions && token.StartsWith(Extension.KeyLabel, StringComparison.Ordinal)
            ? new AuthenticateExtensionQuery(token, IsRuntimeToken: false, Context.Connection.RemoteIpAddress)
            : new AuthenticateTokenQuery(token, Context.Connection.RemoteIpAddress);
    }

    private string? ReadToken()
    {
        var header = Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
    }
}

/// <summary>Marks a route that works without the database: credentials are ignored.</summary>
internal sealed class WithoutSignIn;

/// <summary>The scope that a route needs.</summary>
internal sealed record RequiredScope(string Resource, ScopeActions Action)
{
    public override string ToString() => Resource == Scope.Admin ? Resource : $"{Resource}:{WireName.Of(Action)}";
}
