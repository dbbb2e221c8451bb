using System.Globalization;
using Kiket.Application.Users;
using Kiket.Domain.Users;
using MediatR;

namespace Kiket.Api.SignIn;

/// <summary>The page on which users turn two-step sign-in on and off.</summary>
internal static class TwoStepPages
{
    public const string Path = "/account/two-step";

    private const string RemovePath = "/account/two-step/remove";
    private const string Title = "Two-step sign-in";
    private const string Wrong = "The code is wrong or was used before, or there were too many tries.";

    public static void MapTwoStepPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription();

        pages.MapGet(Path, (Delegate)ShowAsync);
        pages.MapPost(Path, AddAsync);
        pages.MapPost(RemovePath, RemoveAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext context) =>
        await PageCookie.FindUserAsync(context) switch
        {
            null => Results.LocalRedirect(SignInPages.AddressFor(Path)),
            { HasSecondStep: true } => RemovalForm(context),
            var user => AdditionForm(context, user, Totp.NewKey()),
        };

    private static async Task<IResult> AddAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var user = await PageCookie.FindUserAsync(context);
        if (user is null || !await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        var form = await context.Request.ReadFormAsync(ct);
        var (key, code) = (form["key"].ToString(), form["code"].ToString());
        var added = await mediator.Send(new AddSecondStepCommand(key, code), ct);
        if (added.IsRefused)
            return AdditionForm(context, user, Totp.BytesOf(key) is null ? Totp.NewKey() : key, Wrong);
        return Pages.Page(
            context,
            "Two-step sign-in is on",
            Html.Of(
                $"""
                <p>Each of these recovery codes replaces the code of your app once. Keep them where you find them without your
                phone. They are not shown again.</p>
                <ul>
                {Html.Join(added.Value.Select(c => Html.Of($"<li><code>{c}</code></li>")))}
                </ul>
                <p><a href="{SignInPages.Path}">Continue</a></p>
                """
            )
        );
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, IMediator mediator, CancellationToken ct)
    {
        var user = await PageCookie.FindUserAsync(context);
        if (user is null || !await Pages.IsOwnFormAsync(context))
            return Pages.Outdated(context);
        var code = (await context.Request.ReadFormAsync(ct))["code"].ToString();
        if ((await mediator.Send(new BeginCodeTryCommand(user.Id), ct)).IsRefused)
            return RemovalForm(context, Wrong);
        if ((await mediator.Send(new RemoveSecondStepCommand(code), ct)).IsRefused)
        {
            await mediator.Send(new RefuseSignInCommand(user.Id), ct);
            return RemovalForm(context, Wrong);
        }

        return Results.LocalRedirect(SignInPages.Path);
    }

    private static IResult AdditionForm(HttpContext context, PageUser user, string key, string? error = null)
    {
        var account = Uri.EscapeDataString($"Kiket:{user.Email}");
        var address = $"otpauth://totp/{account}?secret={key}&issuer=Kiket";
        var spaced = string.Join(' ', key.Chunk(4).Select(c => new string(c)));
        return Pages.Page(
            context,
            Title,
            Pages.Form(
                context,
                Path,
                Html.Of(
                    $"""
                    <p>With two-step sign-in, signing in also needs a code that an authenticator app on your phone shows.</p>
                    <p>Add an account to your app with this key, or <a href="{address}">open the app</a> on this device:</p>
                    <p><code>{spaced}</code></p>
                    {Pages.Hidden("key", key)}
                    {Pages.Field(
                        "code",
                        "Code",
                        "text",
                        "one-time-code",
                        error: error,
                        hint: string.Create(CultureInfo.InvariantCulture, $"The {Totp.Digits} digits that the app then shows."),
                        isFirst: error is not null
                    )}
                    <button type="submit">Turn on</button>
                    """
                )
            ),
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity
        );
    }

    private static IResult RemovalForm(HttpContext context, string? error = null) =>
        Pages.Page(
            context,
            Title,
            Pages.Form(
                context,
                RemovePath,
                Html.Of(
                    $"""
                    <p>Signing in needs a code of your authenticator app.</p>
                    {Pages.Field(
                        "code",
                        "Code",
                        "text",
                        "one-time-code",
                        error: error,
                        hint: "A code of your app, or a recovery code, turns this off.",
                        isFirst: error is not null
                    )}
                    <button type="submit">Turn off</button>
                    """
                )
            ),
            error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity
        );
}
