using System.Globalization;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Http.Timeouts;

namespace Kiket.Api.Http;

/// <summary>
/// Cancels a request that takes longer than <c>Kiket:RequestTimeoutSeconds</c>, and answers 503. Whole logs have more time, and a
/// stream of events has a lifetime of its own.
/// </summary>
internal static class RequestTime
{
    private const string WholeLog = nameof(WholeLog);

    /// <summary>The longest that <c>Kiket:RequestTimeoutSeconds</c> can be.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static void AddRequestTime(this IServiceCollection services, KiketSettings settings)
    {
        services.AddRequestTimeouts(timeouts =>
        {
            timeouts.DefaultPolicy = PolicyOf(settings.RequestTimeout);
            timeouts.AddPolicy(WholeLog, PolicyOf(Longest));
        });
    }

    /// <summary>Gives a request the time to read a whole log, of any length.</summary>
    public static void ReadsWholeLog(this IEndpointConventionBuilder route) => route.WithRequestTimeout(WholeLog);

    private static RequestTimeoutPolicy PolicyOf(TimeSpan timeout)
    {
        var seconds = timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var error = new Error(
            ErrorKind.BadRequest,
            ServerErrorCodes.ServiceUnavailable,
            $"The request took longer than {seconds} seconds and was cancelled."
        );
        return new()
        {
            Timeout = timeout,
            WriteTimeoutResponse = context =>
            {
                context.Response.Headers.RetryAfter = ErrorHandler.RetryAfterSeconds;
                return ErrorBody.WriteAsync(context, error, StatusCodes.Status503ServiceUnavailable);
            },
        };
    }
}
