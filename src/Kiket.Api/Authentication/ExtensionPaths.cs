using Kiket.Api.Http;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Api.Authentication;

/// <summary>The routes on which an extension may use its own credentials.</summary>
internal static class ExtensionPaths
{
    private const string Api = "/api/v1";
    private static readonly PathString[] Roots = ["/ext", "/extensions"];
    private static readonly PathString[] Paths = [.. Roots, "/audit"];

    public static bool Matches(PathString path) =>
        path.StartsWithSegments(Api, StringComparison.Ordinal, out var rest) && rest.IsBelowAny(Paths);

    /// <summary>Some SDKs call <c>/ext</c> and <c>/extensions</c> at the root of the host (contract, section 1).</summary>
    public static Task ServeAtRoot(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        if (path.IsBelowAny(Roots))
            context.Request.Path = Api + path;
        return next(context);
    }
}

/// <summary>The credential under which a request is counted.</summary>
/// <param name="Presented">What signed the request in; sending it again shows whether the credential is still valid.</param>
/// <param name="Requests">Requests that it may make in a window, or null for the default.</param>
/// <param name="WindowSeconds">Length of that window, or null for the default.</param>
internal sealed record CountedCredential(
    string Name,
    IRequest<Result<SignedIn>> Presented,
    bool IsExtension,
    int? Requests,
    int? WindowSeconds
);
