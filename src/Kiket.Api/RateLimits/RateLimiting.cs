using System.Globalization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Infrastructure.RateLimits;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Kiket.Api.RateLimits;

/// <summary>The window in which the current request was counted.</summary>
internal sealed record CountedRequest(RateWindow Window);

/// <summary>
/// Counts every request to the API, by credential or, without a valid one, by address, and rejects those beyond the limit
/// (decisions, 20). A 304 is free.
/// </summary>
internal static class RateLimiting
{
    private const int RetryWhenFewerAreOpen = 1;

    /// <summary>The API and the OAuth server, where attackers could guess client secrets.</summary>
    private static readonly PathString[] Counted = ["/api", "/connect", "/oauth"];

    /// <summary>The headers that report the remaining requests.</summary>
    public static readonly string[] Headers =
    [
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "RateLimit-Policy",
        "RateLimit",
    ];

    public static async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.IsBelowAny(Counted))
        {
            await next(context);
            return;
        }

        var limits = context.RequestServices.GetRequiredService<IRateLimits>();
        var options = context.RequestServices.GetRequiredService<RateLimitOptions>();
        var credential = context.Features.Get<CountedCredential>();
        var name = credential?.Name ?? $"address:{CallerAddress.NameOf(context.Connection.RemoteIpAddress)}";
        var limit = (credential?.IsExtension == true ? options.Extension : options.User).With(
            credential?.Requests,
            credential?.WindowSeconds
        );
        var window = await limits.TakeAsync(name, limit, context.RequestAborted);
        context.Features.Set(new CountedRequest(window));

        // Set late: the exception handler clears the headers, and only then is it known whether the request was free.
        context.Response.OnStarting(async () =>
        {
            var shown = window;
            if (context.Response.StatusCode is StatusCodes.Status304NotModified)
            {
                await limits.GiveBackAsync(name, window, CancellationToken.None);
                shown = window with { Count = window.Count - 1 };
            }

            Describe(shown, context.Response.Headers);
        });
        if (window.IsExceeded)
            await RefuseAsync(context, "Rate limit exceeded.", window.ResetInSeconds);
        else
            await ServeAsync(context, name, options.ConcurrentRequests, next);
    }

    /// <summary>
    /// Serves a request unless its caller has too many others open on this node. Streams have a limit of their own.
    /// </summary>
    private static async Task ServeAsync(HttpContext context, string caller, int most, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<DisableRequestTimeoutAttribute>() is not null)
        {
            await next(context);
            return;
        }

        var open = context.RequestServices.GetRequiredService<OpenRequests>();
        if (!open.TryOpen(caller, most))
        {
            await RefuseAsync(context, $"More than {most} requests are open at the same time.", RetryWhenFewerAreOpen);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            open.Close(caller);
        }
    }

    /// <summary>Answers 429.</summary>
    /// <param name="retryAfter">Seconds after which the caller may try again.</param>
    public static Task RefuseAsync(HttpContext context, string message, int retryAfter)
    {
        context.Response.Headers.RetryAfter = retryAfter.ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        var error = new Error(ErrorKind.BadRequest, ServerErrorCodes.RateLimitExceeded, message);
        return context.Response.WriteAsJsonAsync(
            ErrorBody.Of(error, context) with
            {
                RetryAfter = retryAfter,
            },
            context.RequestAborted
        );
    }

    /// <summary>
    /// The headers of the contract, and those of draft-ietf-httpapi-ratelimit-headers: q is the quota of a window of w seconds,
    /// r what remains of it and t the seconds until the next one.
    /// </summary>
    private static void Describe(RateWindow window, IHeaderDictionary headers)
    {
        var invariant = CultureInfo.InvariantCulture;
        headers["X-RateLimit-Limit"] = window.Limit.ToString(invariant);
        headers["X-RateLimit-Remaining"] = window.Remaining.ToString(invariant);
        headers["X-RateLimit-Reset"] = window.Reset.ToUnixTimeSeconds().ToString(invariant);
        headers["RateLimit-Policy"] = string.Create(invariant, $"\"default\";q={window.Limit};w={window.LengthSeconds}");
        headers["RateLimit"] = string.Create(invariant, $"\"default\";r={window.Remaining};t={window.ResetInSeconds}");
    }
}
