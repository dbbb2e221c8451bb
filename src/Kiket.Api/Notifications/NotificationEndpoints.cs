using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Notifications;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Notifications;

/// <summary>The caller's own notifications, which contain titles of issues.</summary>
internal static class NotificationEndpoints
{
    public static void MapNotifications(this IEndpointRouteBuilder api)
    {
        var notifications = api.MapGroup("/notifications").WithTags("Notifications");

        notifications.MapGet("/", ListNotifications).WithName(nameof(ListNotifications)).Reads(Scope.Notifications);
        notifications.MapPatch("/{id:long}", MarkNotification).WithName(nameof(MarkNotification)).Writes(Scope.Notifications);
        notifications
            .MapPost("/read_all", ReadAllNotifications)
            .WithName(nameof(ReadAllNotifications))
            .Writes(Scope.Notifications);
    }

    /// <summary>Lists your notifications, newest first.</summary>
    private static async Task<Results<Ok<DataPage<NotificationDto>>, ErrorResult>> ListNotifications(
        [AsParameters] NotificationListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ListNotificationsQuery(parameters.Unread, page.ToPage()), ct)).ToOk(
            DataPage<NotificationDto>.Of
        );

    /// <summary>Marks one of your notifications as read or unread.</summary>
    private static async Task<Results<Ok<NotificationDto>, ErrorResult>> MarkNotification(
        long id,
        NotificationBody body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new MarkNotificationCommand(id, body.Read), ct)).ToOk(n => n);

    /// <summary>Marks all your notifications as read.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> ReadAllNotifications(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ReadAllNotificationsCommand(), ct)).ToSuccess();
}

internal sealed record NotificationListParameters
{
    [FromQuery(Name = "unread"), Description("Only unread ones (true) or read ones (false).")]
    public bool? Unread { get; init; }
}

[Envelope("notification")]
internal sealed record NotificationBody
{
    public bool? Read { get; init; }
}
