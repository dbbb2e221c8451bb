using System.CommandLine;
using Kiket.Application.Webhooks;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>webhook list|pause|resume|replay</c>: the endpoints of an organization and what they have missed.</summary>
internal static class WebhookCommand
{
    private static readonly string[] Columns = ["id", "url", "extension", "pending", "delivered", "failed", "paused until"];

    public static Command Build() => new("webhook", "Endpoints.") { BuildList(), BuildPause(), BuildResume(), BuildReplay() };

    private static Command BuildList()
    {
        var json = Output.Json();
        return new Command("list", "Lists the active endpoints, with their last deliveries.") { json }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var mediator = services.GetRequiredService<IMediator>();
                var all = await Operator.ReadAllAsync(page => mediator.Send(new ListEndpointsQuery(page), ct));
                return all.Error is { } error ? error : Output.Print(all.Value, parsed.GetValue(json), CellsOf, Columns);
            }
        );
    }

    private static Command BuildPause()
    {
        var id = Id();
        var pause = new Option<TimeSpan?>("--for")
        {
            Description = "How long, such as 12h or 2d.",
            CustomParser = Durations.Read,
            Required = true,
        };
        return new Command("pause", "Sends an endpoint nothing for a while; its events wait.") { id, pause }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var command = new PauseWebhookCommand(parsed.GetValue(id), parsed.GetValue(pause)!.Value);
                var paused = await services.GetRequiredService<IMediator>().Send(command, ct);
                return paused.Error is { } error ? error : $"Endpoint {command.Id} is paused.";
            }
        );
    }

    private static Command BuildResume()
    {
        var id = Id();
        return new Command("resume", "Ends the pause of an endpoint, also one that failures caused.") { id }.DoesInOrganization(
            async (parsed, services, ct) =>
            {
                var command = new ResumeWebhookCommand(parsed.GetValue(id));
                var resumed = await services.GetRequiredService<IMediator>().Send(command, ct);
                return resumed.Error is { } error ? error : $"Endpoint {command.Id} gets its events again.";
            }
        );
    }

    private static Command BuildReplay()
    {
        var webhook = new Option<long?>("--webhook") { Description = "Only deliveries to this endpoint." };
        var events = new Option<string[]>("--event") { Description = "Only deliveries of this event; can be repeated." };
        var since = new Option<TimeSpan?>("--since")
        {
            Description = "Only deliveries created in this time, such as 6h.",
            CustomParser = Durations.Read,
        };
        return new Command("replay", "Sends again what failed or was cancelled.") { webhook, events, since }.DoesInOrganization(
            (parsed, services, ct) =>
            {
                var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
                var filter = new DeliveryFilter(
                    Extension: null,
                    parsed.GetValue(events) ?? [],
                    States: [],
                    now - parsed.GetValue(since),
                    parsed.GetValue(webhook)
                );
                return ReplayAsync(services.GetRequiredService<IMediator>(), filter, ct);
            }
        );
    }

    /// <summary>As many as match at first, so that one that fails again meanwhile is not sent without end.</summary>
    private static async Task<Result<string>> ReplayAsync(IMediator mediator, DeliveryFilter filter, CancellationToken ct)
    {
        var matching = await mediator.Send(new CountRedeliverableQuery(filter), ct);
        if (matching.Error is { } error)
            return error;
        var sent = 0;
        while (sent < matching.Value)
        {
            var batch = await mediator.Send(new RedeliverManyCommand(filter), ct);
            if (batch.Error is { } failure)
                return failure;
            if (batch.Value.Redelivered == 0)
                break;
            sent += batch.Value.Redelivered;
        }

        return $"{sent} deliveries are on their way again.";
    }

    private static string[] CellsOf(EndpointDto endpoint) =>
        [
            Output.Number(endpoint.Id),
            endpoint.Url,
            endpoint.Extension ?? "-",
            Output.Number(endpoint.Pending),
            Output.Instant(endpoint.LastDeliveredAt),
            Output.Instant(endpoint.LastFailedAt),
            Output.Instant(endpoint.Circuit.PausedUntil),
        ];

    private static Argument<long> Id() => new("id") { Description = "Id of the endpoint, as the list shows it." };
}
